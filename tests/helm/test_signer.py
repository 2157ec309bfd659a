"""With ``signer.enabled`` the keys that open the private keys reach one container of a pod; the others get a socket."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from rendered_chart import VALUES, container, named, pods, signer
from test_processes import Pod, _until

pytestmark = pytest.mark.req("Y-04")
SOCKET = "/run/zhengtong/signer.sock"


@pytest.fixture
def with_signer(render):
    return render(VALUES["full"])


def test_only_the_signer_gets_the_keys_and_only_where_messages_are_signed(with_signer) -> None:
    found = pods(with_signer)
    for component, pod in found.items():
        assert "ZT_KEYSTORE_KEYS" not in {each["name"] for each in container(pod)["env"]}, component
        assert ("initContainers" in pod["spec"]) == (component in ("web", "worker")), component
    for component in ("web", "worker"):
        (given,) = (each for each in signer(found[component])["env"] if each["name"] == "ZT_KEYSTORE_KEYS")
        assert given["valueFrom"] == {"secretKeyRef": {"name": "keys-of-the-province", "key": "ZT_KEYSTORE_KEYS"}}


def test_the_signer_stands_before_the_others_and_they_ask_it(with_signer) -> None:
    assert named(with_signer, "ConfigMap", "province-zhengtong")["data"]["ZT_KEY_HOLDER"] == f"unix:{SOCKET}"
    for component in ("web", "worker"):
        pod = pods(with_signer)[component]
        beside = signer(pod)
        assert beside["restartPolicy"] == "Always"  # a sidecar: it starts first and ends last
        assert beside["startupProbe"]["exec"]["command"] == ["test", "-S", SOCKET]
        assert {"name": "ZT_KEY_HOLDER", "value": "database"} in beside["env"]
        for each in (beside, container(pod)):
            assert {"name": "signer", "mountPath": "/run/zhengtong"} in each["volumeMounts"]


def test_the_signer_is_as_closed_as_the_others(with_signer) -> None:
    for component in ("web", "worker"):
        pod = pods(with_signer)[component]
        assert signer(pod)["securityContext"] == container(pod)["securityContext"]
        assert "memory" in signer(pod)["resources"]["limits"]
        assert "ports" not in signer(pod)


def test_without_it_nothing_of_it_is_there(default_objects) -> None:
    assert named(default_objects, "ConfigMap", "province-zhengtong")["data"]["ZT_KEY_HOLDER"] == "database"
    for pod in pods(default_objects).values():
        assert "initContainers" not in pod["spec"]
        assert {each["name"] for each in pod["spec"]["volumes"]} == {"home", "tmp"}


def test_its_command_line_makes_the_socket_that_its_probe_looks_for(with_signer, tmp_path: Path) -> None:
    """The container's own arguments as a process; its folder is moved, as a pod's mount would be."""
    pod = Pod(with_signer, "worker", tmp_path)
    beside = signer(pods(with_signer)["worker"])
    path = tmp_path / "signer.sock"
    words = [word.replace(SOCKET, str(path)) for word in beside["args"]]
    probe = [word.replace(SOCKET, str(path)) for word in beside["startupProbe"]["exec"]["command"]]
    own = {each["name"]: each["value"] for each in beside["env"] if "value" in each}
    assert own == {"ZT_ROLE": "zt_signer", "ZT_KEY_HOLDER": "database"}
    environment = {**pod.environment, **own, "ZT_KEYSTORE_KEYS": "s1:" + "B" * 43 + "="}
    log = tmp_path / "signer.log"
    with log.open("wb") as out:
        process = subprocess.Popen(["/usr/bin/env", *words], env=environment, cwd=tmp_path, stdout=out, stderr=out)
    try:
        _until(lambda: subprocess.run(probe).returncode == 0, process, log)
        assert path.stat().st_mode & 0o077 == 0, "others on the machine could ask"
    finally:
        process.terminate()
        process.wait(timeout=20)
    assert not path.exists()


def test_the_authorities_of_the_governments_network_come_from_a_config_map(with_signer, default_objects) -> None:
    path = named(with_signer, "ConfigMap", "province-zhengtong")["data"]["INTEROP_CA"]
    for pod in pods(with_signer).values():
        (volume,) = (each for each in pod["spec"]["volumes"] if each["name"] == "authorities")
        assert volume["configMap"] == {"name": "government-network", "items": [{"key": "root.pem", "path": "ca.crt"}]}
        (mount,) = (each for each in container(pod)["volumeMounts"] if each["name"] == "authorities")
        assert (f"{mount['mountPath']}/ca.crt", mount["readOnly"]) == (path, True)
    assert named(default_objects, "ConfigMap", "province-zhengtong")["data"]["INTEROP_CA"] == ""
