"""What a pod may do, and what it may reach."""

from __future__ import annotations

import json

from rendered_chart import container, named, pods


def test_no_pod_runs_as_root_or_writes_into_its_image(objects) -> None:
    assert pods(objects).keys() == {"web", "worker", "beat", "migrate"}
    for pod in pods(objects).values():
        assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
        assert pod["spec"]["securityContext"]["runAsUser"] == pod["spec"]["securityContext"]["runAsGroup"] == 10001
        assert pod["spec"]["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert container(pod)["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


def test_the_only_writable_folders_are_scratch(objects) -> None:
    for pod in pods(objects).values():
        scratch = {volume["name"] for volume in pod["spec"]["volumes"] if volume.keys() == {"name", "emptyDir"}}
        assert {volume["name"] for volume in pod["spec"]["volumes"]} - scratch <= {"authorities"}
        mounts = container(pod)["volumeMounts"]
        assert all(mount["name"] in scratch or mount["readOnly"] for mount in mounts)
        writable = {mount["mountPath"] for mount in mounts if not mount.get("readOnly")}
        assert writable - {"/run/zhengtong"} == {"/var/lib/zhengtong", "/tmp"}, "the signer's socket lies in memory"


def test_no_pod_gets_a_token_or_the_names_of_other_services(objects) -> None:
    for pod in pods(objects).values():
        assert pod["spec"]["automountServiceAccountToken"] is False
        assert pod["spec"]["enableServiceLinks"] is False
    accounts = [each for each in objects if each["kind"] == "ServiceAccount"]
    assert all(account["automountServiceAccountToken"] is False for account in accounts)


def test_every_pod_says_what_it_needs_and_is_bounded_in_memory(objects) -> None:
    for component, pod in pods(objects).items():
        resources = container(pod)["resources"]
        assert resources["requests"].keys() == {"cpu", "memory"}, component
        assert "memory" in resources["limits"], component


def test_no_object_holds_a_secret(objects) -> None:
    """Secrets are named, never made: there is no Secret object, and no secret name has a plain value."""
    assert "Secret" not in {each["kind"] for each in objects}
    secret = {
        "ZT_SECRET_KEY",
        "ZT_VAULT_KEYS",
        "ZT_INDEX_KEY",
        "S3_ACCESS_KEY",
        "S3_SECRET_KEY",
        "ZT_STAFF_PASSWORD",
        "ZT_SMS_SECRET",
    }
    secret |= {"ZT_METRICS_TOKEN", "DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL"}  # they hold passwords
    settings = named(objects, "ConfigMap", "province-zhengtong")["data"]
    assert settings.keys() & secret == set()
    for pod in pods(objects).values():
        for variable in container(pod)["env"]:
            assert ("value" in variable) == (variable["name"] not in secret)
    text = json.dumps(objects)
    assert "postgresql://" not in text
    assert "redis://" not in text


def test_only_the_named_secret_is_read(render) -> None:
    for pod in pods(render({"existingSecret": "keys-of-the-province"})).values():
        names = {each["valueFrom"]["secretKeyRef"]["name"] for each in container(pod)["env"] if "valueFrom" in each}
        assert names == {"keys-of-the-province"}


def test_the_network_is_closed_but_for_what_is_named(default_objects) -> None:
    every = named(default_objects, "NetworkPolicy", "province-zhengtong")["spec"]
    assert every["policyTypes"] == ["Ingress", "Egress"]
    assert every["ingress"] == []
    assert [[port["port"] for port in rule["ports"]] for rule in every["egress"]] == [
        [53, 53],
        [5432],
        [6379],
        [9000],
        [443],
    ]
    web = named(default_objects, "NetworkPolicy", "province-zhengtong-web")["spec"]
    assert web["policyTypes"] == ["Ingress"]
    assert web["ingress"] == [{"ports": [{"protocol": "TCP", "port": "http"}]}]


def test_a_part_without_ports_is_closed_altogether(render) -> None:
    """A rule with an empty list of ports would open all of them."""
    parts = ("postgresql", "valkey", "s3", "centres")
    objects = render({"networkPolicy": {part: {"ports": []} for part in parts}})
    egress = named(objects, "NetworkPolicy", "province-zhengtong")["spec"]["egress"]
    assert [[port["port"] for port in rule["ports"]] for rule in egress] == [[53, 53]]
