"""The chart's three sets of values, and how to find one's way in what Helm rendered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

CHART = Path(__file__).resolve().parents[2] / "helm" / "zhengtong"

Objects = list[dict[str, Any]]

FULL_VALUES: dict[str, Any] = {
    "image": {
        "repository": "registry.example/platform/zhengtong",
        "digest": "sha256:" + "0" * 64,
        "pullPolicy": "Always",
        "pullSecrets": ["registry"],
    },
    "existingSecret": "keys-of-the-province",
    "site": {
        "hosts": ["zwfw.example", "www.zwfw.example"],
        "trustedOrigins": ["https://zwfw.example"],
        "proxies": 2,
        "logLevel": "WARNING",
        "connectionMaxAge": 60,
    },
    "s3": {
        "endpoint": "minio.storage.svc:443",
        "secure": True,
        "publicEndpoint": "https://s3.zwfw.example",
        "bucket": "papers",
        "region": "ah-1",
    },
    "web": {
        "livePath": "",
        "readyPath": "",
        "autoscaling": {"enabled": True, "minReplicas": 3, "maxReplicas": 12},
    },
    "worker": {"replicas": 5, "resources": {"limits": {"cpu": 2, "memory": "1Gi"}}},
    "service": {"type": "LoadBalancer", "port": 8080, "annotations": {"example/scope": "intranet"}},
    "ingress": {
        "enabled": True,
        "className": "nginx",
        "annotations": {"example/timeout": "60"},
        "tlsSecret": "site-certificate",
    },
    "podDisruptionBudget": {"maxUnavailable": "25%"},
    "interop": {"ca": {"configMap": "government-network", "key": "root.pem"}},
    "signer": {"enabled": True},
    "tracing": {"endpoint": "http://collector.monitoring.svc:4318", "share": 0.02},
    "metrics": {
        "port": 9999,
        "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}],
        "serviceMonitor": {"enabled": True, "interval": "15s", "labels": {"release": "prometheus"}},
        "rules": {"enabled": True, "labels": {"release": "prometheus"}, "runbook": "https://zwfw.example/alerts.md"},
        "dashboard": {
            "enabled": True,
            "labels": {"grafana_dashboard": "1"},
            "annotations": {"grafana_folder": "政通"},
        },
    },
    "networkPolicy": {
        "web": {"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress"}}}]},
        "postgresql": {"ports": [5432, 6432], "to": [{"ipBlock": {"cidr": "192.0.2.0/24"}}]},
        "centres": {"ports": []},
        "tracing": {"ports": [4318], "to": [{"ipBlock": {"cidr": "192.0.2.9/32"}}]},
    },
    "serviceAccount": {"annotations": {"example/owner": "platform"}},
    "podAnnotations": {"example/team": "platform"},
    "podLabels": {"example/tier": "site"},
    "nodeSelector": {"kubernetes.io/arch": "amd64"},
    "tolerations": [{"key": "dedicated", "operator": "Equal", "value": "zhengtong", "effect": "NoSchedule"}],
    "affinity": {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [{"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}]
            }
        }
    },
    "priorityClassName": "business-critical",
    "topologySpread": [{"topologyKey": "rack", "maxSkew": 2, "whenUnsatisfiable": "DoNotSchedule"}],
}
EVERYTHING_OFF: dict[str, Any] = {
    "podDisruptionBudget": {"enabled": False},
    "networkPolicy": {"enabled": False},
    "serviceAccount": {"create": False},
    "topologySpread": [],
}
VALUES: dict[str, dict[str, Any]] = {"default": {}, "full": FULL_VALUES, "everything off": EVERYTHING_OFF}


OPERATOR_API = "monitoring.coreos.com/v1"


def of_kubernetes(objects: Objects) -> Objects:
    """The objects that Kubernetes itself describes: without those of the Prometheus operator."""
    return [each for each in objects if each["apiVersion"] != OPERATOR_API]


def named(objects: Objects, kind: str, name: str) -> dict[str, Any]:
    """The one object of that kind and name."""
    (found,) = (each for each in objects if each["kind"] == kind and each["metadata"]["name"] == name)
    return found


def pods(objects: Objects) -> dict[str, dict[str, Any]]:
    """The pod templates by component."""
    templates = (each["spec"]["template"] for each in objects if each["kind"] in ("Deployment", "Job"))
    return {each["metadata"]["labels"]["app.kubernetes.io/component"]: each for each in templates}


def container(pod: dict[str, Any]) -> dict[str, Any]:
    """A pod's only container besides the signer's."""
    (only,) = pod["spec"]["containers"]
    assert [each["name"] for each in pod["spec"].get("initContainers", [])] in ([], ["signer"])
    return only


def signer(pod: dict[str, Any]) -> dict[str, Any]:
    """The container that holds the private keys of a pod."""
    (only,) = pod["spec"]["initContainers"]
    return only
