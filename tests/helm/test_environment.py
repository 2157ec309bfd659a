"""The variables that the code reads, that operations.md explains and that the chart sets are the same ones."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator

from rendered_chart import CHART, container, named, pods

from zt_tenants.wall.access import DatabaseRole

ROOT = CHART.parents[1]
ROOMS = ("platform", "graphql", "interop", "storage", "tenants")

NOT_FOR_PODS = {
    "ZT_DEBUG",
    "ZT_ARCHIVE_PASSPHRASE",  # an operator gives it to one command
    "ZT_KEYSTORE_KEYS",  # the signer's alone
    "ZT_SMS_FOLDER",  # a pod's disk does not last
    # Files of the front-end machine, which stands between two networks and outside the cluster.
    "ZT_FILE_DROP",
    "ZT_DEPARTMENT_CA",
    "ZT_DEPARTMENT_CERTIFICATE",
    "ZT_DEPARTMENT_CERTIFICATE_KEY",
}
NOT_A_SETTING = {
    "ZT_CRASH_AT",  # the fault tests' own
    "ZT_CRASH_FOLDER",
    "DJANGO_SETTINGS_MODULE",  # every entry point sets it
    "PYTEST_XDIST_WORKER",
    "ZT_SUPERUSER_OF_TESTS",  # from the tests' controlling process to its workers
}
# Read where centres are made, which an operator does in a worker's pod, and where text messages are sent.
WORKER_ONLY = {"ZT_STAFF_PASSWORD", "ZT_SMS_SECRET"}
WEB_ONLY = {"PROMETHEUS_MULTIPROC_DIR"}  # one pod, several processes


def _named(node: ast.AST, constants: dict[str, str]) -> str | None:
    match node:
        case ast.Constant(value=str(name)):
            return name
        case ast.Name(id=constant):
            return constants.get(constant)
    return None


def _expressions_read(node: ast.AST) -> Iterator[ast.AST]:
    """What names a variable in ways to read one: ``env`` (django-environ), ``os.environ``, ``os.getenv``, click's envvar."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="env")), args=[name, *_]):
            yield name
        case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="environ")), args=[name, *_]):
            yield name
        case ast.Call(func=ast.Attribute(attr="getenv"), args=[name, *_]):
            yield name
        case ast.Subscript(value=ast.Attribute(attr="environ"), slice=name):
            yield name
        case ast.Compare(left=name, comparators=[ast.Attribute(attr="environ")]):
            yield name
        case ast.keyword(arg="envvar", value=name):
            yield name
        case ast.Assign(
            targets=[ast.Name(id="NAMES")], value=ast.Tuple(elts=names)
        ):  # secrets.py reads these in a loop
            yield from names


def read_in(source: str) -> set[str]:
    """The variables that a module reads, named in place or by a constant of the module."""
    tree = ast.parse(source)
    constants = {
        target.id: each.value.value
        for each in tree.body
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant) and isinstance(each.value.value, str)
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    found = (_named(name, constants) for node in ast.walk(tree) for name in _expressions_read(node))
    return {name for name in found if name}


def read_by_the_code() -> set[str]:
    sources = (path.read_text("utf-8") for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    return {name for source in sources if "env" in source for name in read_in(source)} - NOT_A_SETTING


def explained() -> set[str]:
    rows = re.findall(r"^\| (`[^|]+) \|", (ROOT / "docs" / "operations.md").read_text("utf-8"), flags=re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([A-Z][A-Z0-9_]+)(?:=\d)?`", row)}


def set_by_the_chart(objects, component: str) -> dict[str, object]:
    only = container(pods(objects)[component])
    plain: dict[str, object] = {}
    for source in only.get("envFrom", []):
        plain |= named(objects, "ConfigMap", source["configMapRef"]["name"])["data"]
    return plain | {each["name"]: each.get("value", each.get("valueFrom")) for each in only["env"]}


def test_the_search_for_variables_finds_each_way_to_read_one() -> None:
    found = read_by_the_code()
    assert {"ZT_LOG_LEVEL", "ZT_HOME", "DATABASE_URL", "ZT_VAULT_KEYS", "ZT_STAFF_PASSWORD"} <= found
    source = 'os.getenv("A"); os.environ["B"]; "C" in os.environ; env.int("D", default=1); os.environ.get("E")'
    assert read_in(source) == set("ABCDE")
    assert read_in('NAME = "F"\nos.environ.get(NAME); option(envvar="G")') == {"F", "G"}


def test_operations_explains_what_the_code_reads_and_nothing_else() -> None:
    assert explained() == read_by_the_code()


def test_every_pod_gets_what_the_code_reads_and_nothing_else(objects) -> None:
    wanted = read_by_the_code() - NOT_FOR_PODS
    assert set_by_the_chart(objects, "worker").keys() == wanted - WEB_ONLY
    assert set_by_the_chart(objects, "web").keys() == wanted - WORKER_ONLY
    for component in ("beat", "migrate"):
        assert set_by_the_chart(objects, component).keys() == wanted - WORKER_ONLY - WEB_ONLY


def test_the_migration_has_the_settings_of_the_site(objects) -> None:
    web, migration = set_by_the_chart(objects, "web"), set_by_the_chart(objects, "migrate")
    assert migration == {name: web[name] for name in web if name not in WEB_ONLY} | {"ZT_ROLE": ""}


def test_only_the_migration_is_the_owner_of_the_database(objects) -> None:
    roles = {component: set_by_the_chart(objects, component)["ZT_ROLE"] for component in pods(objects)}
    assert roles == {
        "web": DatabaseRole.PORTAL,
        "worker": DatabaseRole.RELAY,
        "beat": DatabaseRole.RELAY,
        "migrate": DatabaseRole.OWNER,
    }


def test_each_variable_comes_once(objects) -> None:
    for pod in pods(objects).values():
        names = [each["name"] for each in container(pod)["env"]]
        assert len(names) == len(set(names))


def test_origins_follow_from_the_hosts_unless_they_are_named(render) -> None:
    hosts = {"hosts": ["a.example", "b.example"]}
    followed = set_by_the_chart(render({"site": hosts}), "web")
    assert followed["ZT_ALLOWED_HOSTS"] == "a.example,b.example"
    assert followed["ZT_TRUSTED_ORIGINS"] == "https://a.example,https://b.example"
    named_ones = set_by_the_chart(render({"site": {**hosts, "trustedOrigins": ["https://c.example"]}}), "web")
    assert named_ones["ZT_TRUSTED_ORIGINS"] == "https://c.example"


def test_image_and_chart_agree_on_user_and_home(default_objects) -> None:
    recipe = (CHART.parent / "Containerfile").read_text("utf-8")
    security = pods(default_objects)["web"]["spec"]["securityContext"]
    assert f"USER {security['runAsUser']}:{security['runAsGroup']}" in recipe
    home = str(set_by_the_chart(default_objects, "web")["ZT_HOME"])
    (made,) = (line for line in recipe.splitlines() if "install -d " in line)
    assert shlex.split(made)[-1] == home
    assert f"ZT_HOME={home} " in recipe
