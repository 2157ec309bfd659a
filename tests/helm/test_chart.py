"""The chart is well formed, and what it renders is what Kubernetes accepts."""

from __future__ import annotations

import tomllib
from typing import Any

import helm_python
import kubernetes_validate
import pytest
import yaml
from helm_python import HelmValuesError
from rendered_chart import CHART, VALUES, container, named, of_kubernetes, pods

ROOT = CHART.parents[1]


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_helm_finds_nothing_to_complain_of(values) -> None:
    assert helm_python.lint(CHART, values, strict=True) == {"total_charts_linted": 1, "messages": [], "errors": []}


@pytest.mark.parametrize("version", ["1.29", "1.37"])  # the oldest that Chart.yaml admits, and the newest known here
def test_every_object_is_what_the_kubernetes_api_describes(objects, version) -> None:
    assert objects, "nothing was rendered"
    for each in of_kubernetes(objects):
        kubernetes_validate.validate(each, version, strict=True)


def test_the_check_against_the_api_sees_a_wrong_field(default_objects) -> None:
    deployment = named(default_objects, "Deployment", "province-zhengtong-web")
    deployment["spec"]["template"]["spec"]["runAsNonRoot"] = True
    with pytest.raises(kubernetes_validate.ValidationError, match="runAsNonRoot"):
        kubernetes_validate.validate(deployment, "1.37", strict=True)


def test_chart_and_package_have_one_version(chart) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert chart.metadata["appVersion"] == version
    assert f"zhengtong:{version} " in (ROOT / "helm" / "Containerfile").read_text()


def test_objects_of_one_kind_have_different_names(objects) -> None:
    names = [(each["kind"], each["metadata"]["name"]) for each in objects]
    assert len(names) == len(set(names))


def test_selectors_find_their_own_pods_and_no_others(objects) -> None:
    labels = {component: pod["metadata"]["labels"].items() for component, pod in pods(objects).items()}

    def found(selector: dict[str, str]) -> set[str]:
        return {component for component, given in labels.items() if selector.items() <= given}

    everybody = {"web", "worker", "beat", "migrate"}
    for each in objects:
        spec, name = each.get("spec", {}), each["metadata"]["name"]
        component = name.removeprefix("province-zhengtong").removeprefix("-")
        match each["kind"]:
            case "Deployment" | "PodDisruptionBudget":
                assert found(spec["selector"]["matchLabels"]) == {component}
            case "Service":
                assert found(spec["selector"]) == {"web"}
            case "PodMonitor":
                assert found(spec["selector"]["matchLabels"]) == {component}
            case "NetworkPolicy":
                assert found(spec["podSelector"]["matchLabels"]) == ({component} if component else everybody)


def test_two_releases_in_a_namespace_do_not_meet(chart) -> None:
    def names(release: str) -> set[tuple[str, str]]:
        texts = (text for path, text in chart.render({}, name=release).items() if path.endswith(".yaml"))
        every = (each for text in texts for each in yaml.safe_load_all(text) if each)
        return {(each["kind"], each["metadata"]["name"]) for each in every}

    assert names("zhengtong") & names("rehearsal") == set()
    assert ("Service", "zhengtong") in names("zhengtong")
    assert all(len(name) <= 63 for _, name in names("r" * 53))


def test_what_is_optional_can_be_left_out(render) -> None:
    kinds = [each["kind"] for each in render(VALUES["everything off"])]
    assert sorted(kinds) == ["ConfigMap", "Deployment", "Deployment", "Deployment", "Job", "Service"]


def test_the_migration_needs_nothing_that_the_release_makes_later(objects) -> None:
    job = named(objects, "Job", "province-zhengtong-migrate")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    spec = job["spec"]["template"]["spec"]
    assert "serviceAccountName" not in spec
    assert "envFrom" not in container({"spec": spec})


def test_there_is_one_beat_and_it_is_never_doubled_by_an_upgrade(objects) -> None:
    spec = named(objects, "Deployment", "province-zhengtong-beat")["spec"]
    assert spec["replicas"] == 1
    assert spec["strategy"] == {"type": "Recreate"}


def test_an_autoscaled_deployment_names_no_number_of_replicas(render) -> None:
    objects = render(VALUES["full"])
    assert "replicas" not in named(objects, "Deployment", "province-zhengtong-web")["spec"]
    scaler = named(objects, "HorizontalPodAutoscaler", "province-zhengtong-web")
    assert scaler["spec"]["scaleTargetRef"]["name"] == "province-zhengtong-web"


def test_a_changed_setting_starts_pods_anew_and_a_changed_size_does_not(render) -> None:
    def mark(values: dict[str, Any]) -> set[str]:
        return {pod["metadata"]["annotations"]["zhengtong/settings"] for pod in pods(render(values)).values()}

    assert len(mark({})) == 1
    assert mark({}) == mark({"web": {"replicas": 9}})
    assert mark({}) != mark({"site": {"logLevel": "DEBUG"}})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"web": {"replicas": "two"}}, ["/web/replicas", "want integer"]),
        ({"web": {"replica": 2}}, ["/web", "'replica'"]),
        ({"existingSecret": ""}, ["/existingSecret"]),
        ({"site": {"hosts": []}}, ["/site/hosts"]),
        ({"site": {"hosts": ["https://zwfw.example"]}}, ["/site/hosts/0"]),
        ({"s3": {"publicEndpoint": "s3.zwfw.example"}}, ["/s3/publicEndpoint"]),
        ({"site": {"secretKey": "x"}}, ["/site", "'secretKey'"]),
        ({"networkPolicy": {"postgresql": {"ports": ["5432"]}}}, ["/networkPolicy/postgresql/ports/0", "want integer"]),
    ],
    ids=str,
)
def test_wrong_values_are_refused_with_the_place_where_they_stand(chart, values, words) -> None:
    with pytest.raises(HelmValuesError) as refused:
        chart.render(values)
    for word in words:
        assert word in str(refused.value)


def test_every_value_is_described_by_the_schema_and_the_other_way_round(chart) -> None:
    schema = chart.schema
    open_by_nature = {
        "annotations",
        "labels",
        "podAnnotations",
        "podLabels",
        "nodeSelector",
        "affinity",
        "resources",
        "global",
    }

    def compare(values: dict[str, Any], described: dict[str, Any], place: str) -> None:
        if "$ref" in described:
            described = schema["$defs"][described["$ref"].rsplit("/", 1)[1]]
        assert described["additionalProperties"] is False, place
        assert values.keys() == described["properties"].keys() - {"global"}, place
        for name, value in values.items():
            if isinstance(value, dict) and name not in open_by_nature:
                compare(value, described["properties"][name], f"{place}/{name}")

    compare(chart.values, schema, "")


def test_the_notes_speak_chinese_first_and_name_the_next_step(chart) -> None:
    (notes,) = (text for path, text in chart.render({}, name="province").items() if path.endswith("NOTES.txt"))
    assert notes.startswith("政通已安装")
    assert "zhengtong province load 340000" in notes
