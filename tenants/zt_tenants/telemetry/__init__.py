"""What the house tells about itself while it runs: figures (Prometheus) and traces (OpenTelemetry).

The bottom of the house, so that every room can measure. Nothing here names a person: labels and attributes are routes,
codes, types and numbers of a bounded set, never a centre of 1,821, a case or a name.
"""
