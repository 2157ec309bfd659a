"""The schema: all root fields in one place, and the table of what they declare."""

from __future__ import annotations

import graphene
from graphql import print_schema

from zt_graphql.mutations.authorise import Authorise
from zt_graphql.mutations.register_account import RegisterAccount
from zt_graphql.mutations.revoke_authorisation import RevokeAuthorisation
from zt_graphql.mutations.sign_in import SignIn
from zt_graphql.mutations.sign_out import SignOut
from zt_graphql.mutations.verify_authorisation import VerifyAuthorisation
from zt_graphql.mutations.verify_identity import VerifyIdentity
from zt_graphql.policies import policies_of
from zt_graphql.queries.accounts import AccountQueries
from zt_graphql.queries.centres import CentreQueries


class Query(CentreQueries, AccountQueries):
    """What can be read. The same schema serves the portal and every centre."""


class Mutation(graphene.ObjectType):
    """What can be done. Each field runs one command of the platform."""

    sign_in = SignIn.root_field()
    sign_out = SignOut.root_field()
    register_account = RegisterAccount.root_field()
    verify_identity = VerifyIdentity.root_field()
    authorise = Authorise.root_field()
    verify_authorisation = VerifyAuthorisation.root_field()
    revoke_authorisation = RevokeAuthorisation.root_field()


schema = graphene.Schema(query=Query, mutation=Mutation)
policies = policies_of(schema)


def schema_text() -> str:
    """The schema in the schema definition language, as ``graphql/schema.graphql`` holds it."""
    return print_schema(schema.graphql_schema) + "\n"
