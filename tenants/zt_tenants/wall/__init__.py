"""The second wall: every centre is a database role of its own, so that even injected SQL reaches one centre's rows only.

``access`` is what a model says about who reaches its table · ``roles`` are the roles and their passwords · ``grants``
makes SQL of both · ``raising`` puts the wall up and says where it is missing. Which connection a block of code runs
over is chosen in :mod:`zt_tenants.context` and held to by :mod:`zt_tenants.backend`.
"""
