"""The pods' own command lines, run as processes with the pods' own environment against real servers.

No container engine is needed: what a container adds (user, read-only root, limits) is looked at in test_hardening.py.
"""

from __future__ import annotations

import ast
import base64
import gzip
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import psutil
import psycopg
import pytest
import urllib3
from django.conf import settings
from minio import Minio
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from prometheus_client.parser import text_string_to_metric_families
from psycopg import sql
from rendered_chart import container, named, pods

from zt_platform.project.celery import app
from zt_platform.project.embedded.process import free_port

SECONDS = 90
TOKEN = "a-token-for-tests"
POD_HOME = "/var/lib/zhengtong"
QUEUE_DATABASE = 9  # its own, so that this worker takes nothing that belongs to other tests


def _until(happened: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + SECONDS
    while not happened():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.2)


class Pod:
    """A rendered container as a process on this machine: same arguments, same variables, other addresses."""

    def __init__(self, objects: list[dict[str, Any]], component: str, home: Path, **addresses: str) -> None:
        self._container = container(pods(objects)[component])
        self._home = home
        self.log = home / f"{component}.log"
        plain = named(objects, "ConfigMap", "province-zhengtong")["data"]
        given = {name: plain[name] for name in plain if "envFrom" in self._container}
        for each in self._container["env"]:
            given[each["name"]] = each["value"] if "value" in each else self._secret(each["name"])
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = {"PATH": path, "HOME": str(home), **self._moved(given), **addresses}

    def _secret(self, name: str) -> str:
        broker = settings.CELERY_BROKER_URL.rsplit("/", 1)[0]
        known = {
            "ZT_SECRET_KEY": settings.SECRET_KEY,
            "ZT_VAULT_KEYS": "k1:" + "A" * 43 + "=",
            # The roles of the test server, whose passwords come from this key, are every database's.
            "ZT_INDEX_KEY": base64.b64encode(settings.ZT_INDEX_KEY).decode(),
            "S3_ACCESS_KEY": settings.S3_ACCESS_KEY,
            "S3_SECRET_KEY": settings.S3_SECRET_KEY,
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nowhere",
            "CELERY_BROKER_URL": f"{broker}/{QUEUE_DATABASE}",
            "CACHE_URL": f"{broker}/{QUEUE_DATABASE}",
            "ZT_STAFF_PASSWORD": "",
            "ZT_SMS_SECRET": "",
            "ZT_METRICS_TOKEN": TOKEN,
        }
        return known[name]

    def _moved(self, given: dict[str, str]) -> dict[str, str]:
        addresses = {"S3_ENDPOINT": settings.S3_ENDPOINT, "S3_SECURE": "0"}
        return {name: value.replace(POD_HOME, str(self._home)) for name, value in {**given, **addresses}.items()}

    def command(self, **replaced: str) -> list[str]:
        """Its arguments, the home moved and some options given another value."""
        words = [word.replace(POD_HOME, str(self._home)) for word in self._container["args"]]
        for option, value in replaced.items():
            (place,) = (number for number, word in enumerate(words) if word.startswith(f"--{option}="))
            words[place] = f"--{option}={value}"
        return words

    def probe(self, name: str) -> dict[str, Any]:
        """One of its probes."""
        found: dict[str, Any] = self._container[name]
        return found


@pytest.fixture
def start() -> Iterator[Callable[[Pod, list[str]], subprocess.Popen[bytes]]]:
    """Starts a pod's command; everything ends with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def run(pod: Pod, command: list[str]) -> subprocess.Popen[bytes]:
        with pod.log.open("wb") as log:
            # The path is looked up in the pod's environment, not in ours.
            program = ["/usr/bin/env", *command]
            started.append(subprocess.Popen(program, env=pod.environment, cwd=pod.log.parent, stdout=log, stderr=log))
        return started[-1]

    yield run
    for process in started:
        process.terminate()
    for process in started:
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def test_while_the_database_is_away_the_web_server_lives_and_is_not_ready(default_objects, tmp_path, start) -> None:
    pod = Pod(default_objects, "web", tmp_path)
    port = free_port(0)
    process = start(pod, pod.command(bind=f"127.0.0.1:{port}"))
    with urllib3.PoolManager(retries=False, timeout=5) as client:

        def status(probe: dict[str, Any]) -> int:
            headers = {each["name"]: each["value"] for each in probe["httpGet"]["httpHeaders"]}
            return client.request("GET", f"http://127.0.0.1:{port}{probe['httpGet']['path']}", headers=headers).status

        def answers() -> bool:
            try:
                return status(pod.probe("startupProbe")) == 200
            except urllib3.exceptions.HTTPError:
                return False

        _until(answers, process, pod.log)
        assert status(pod.probe("livenessProbe")) == 200
        assert status(pod.probe("readinessProbe")) == 503


def test_the_worker_answers_its_probe_and_beat_keeps_its_schedule_in_scratch(default_objects, tmp_path, start) -> None:
    beat_home = tmp_path / "beat-pod"
    beat_home.mkdir()
    beat, worker = Pod(default_objects, "beat", beat_home), Pod(default_objects, "worker", tmp_path)
    beat_process = start(beat, beat.command())
    worker_process = start(worker, worker.command())
    probe = worker.probe("livenessProbe")["exec"]["command"]

    def answers() -> bool:
        return subprocess.run(probe, env=worker.environment, cwd=tmp_path, capture_output=True).returncode == 0

    _until(lambda: b"ready" in worker.log.read_bytes(), worker_process, worker.log)
    _until(answers, worker_process, worker.log)
    _until(lambda: any(beat_home.glob("beat*")), beat_process, beat.log)
    assert (worker_process.poll(), beat_process.poll()) == (None, None), "one of them ended"


def _figures(client: urllib3.PoolManager, port: int, path: str, token: str) -> dict[str, float]:
    answer = client.request("GET", f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {token}"})
    assert answer.status == 200, answer.data
    families = text_string_to_metric_families(answer.data.decode())
    return {f"{one.name} {sorted(one.labels.values())}": one.value for each in families for one in each.samples}


def test_the_processes_of_a_web_pod_add_up_whichever_is_asked_and_keep_what_an_ended_one_counted(
    default_objects, tmp_path, start
) -> None:
    pod, port = Pod(default_objects, "web", tmp_path), free_port(0)
    left = tmp_path / "metrics" / "counter_1.db"
    left.parent.mkdir()
    left.write_bytes(b"of a master that ended")
    process = start(pod, pod.command(bind=f"127.0.0.1:{port}"))
    live = f"http://127.0.0.1:{port}/live/"
    count = "zhengtong_request_seconds_count ['-', '2xx', 'GET']"
    with urllib3.PoolManager(retries=False, timeout=20) as client:

        def answers() -> bool:
            try:
                return client.request("GET", live).status == 200
            except urllib3.exceptions.HTTPError:
                return False

        _until(answers, process, pod.log)
        before = _figures(client, port, "/metrics/", TOKEN)[count]
        closing = {"Connection": "close"}  # each request may go to another process
        for _ in range(40):
            client.request("GET", live, headers=closing)
        asked = [_figures(client, port, "/metrics/", TOKEN)[count] for _ in range(6)]
        assert asked == [before + 40] * 6
        workers = psutil.Process(process.pid).children()
        assert len(workers) == 2
        counted_by = [each for each in left.parent.glob("histogram_*.db") if each.stat().st_size]
        assert len(counted_by) == 2, "both processes served some of them"
        workers[0].terminate()
        _until(lambda: not workers[0].is_running() and answers(), process, pod.log)
        assert _figures(client, port, "/metrics/", TOKEN)[count] >= before + 40
        assert not left.exists()
        lines = [json.loads(line) for line in pod.log.read_text().splitlines()]
        assert {"gunicorn.error"} < {line["logger"] for line in lines}, "both the server and the site speak JSON"
        wrong = client.request("GET", f"http://127.0.0.1:{port}/metrics/", headers={"Authorization": "Bearer wrong"})
        assert wrong.status == 404


def test_a_worker_hands_out_its_figures_at_its_own_port(default_objects, tmp_path, start) -> None:
    port = free_port(0)
    queue = settings.CELERY_BROKER_URL.rsplit("/", 1)[0] + f"/{QUEUE_DATABASE + 1}"  # no other worker takes its task
    addresses = {"ZT_METRICS_ADDRESS": f"127.0.0.1:{port}", "CELERY_BROKER_URL": queue}
    worker = Pod(default_objects, "worker", tmp_path, **addresses)
    process = start(worker, worker.command())
    _until(lambda: b"metrics are served" in worker.log.read_bytes(), process, worker.log)
    with urllib3.PoolManager(retries=False, timeout=20) as client:
        tick = [f"{Path(sys.executable).parent}/celery", "--app=zt_platform.project.celery", "call"]
        subprocess.run([*tick, "zt_interop.tasks.drain_data_calls"], env=worker.environment, cwd=tmp_path, check=True)
        failed = "zhengtong_tasks_total ['FAILURE', 'zt_interop.tasks.drain_data_calls']"  # there is no database
        _until(lambda: failed in _figures(client, port, "/metrics", TOKEN), process, worker.log)
        assert _figures(client, port, "/metrics/", TOKEN)[failed] == 1
        tried = [("/metrics", "wrong"), ("/metrics", ""), ("/", TOKEN)]
        for path, token in tried:
            headers = {"Authorization": f"Bearer {token}"}
            assert client.request("GET", f"http://127.0.0.1:{port}{path}", headers=headers).status == 404


class _Collector(BaseHTTPRequestHandler):
    """Takes traces as an OpenTelemetry collector does and keeps the spans."""

    spans: ClassVar[list[Span]] = []

    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        body = self.rfile.read(int(self.headers["Content-Length"]))
        body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.spans.extend(span for scope in resource.scope_spans for span in scope.spans)
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Silence."""


def test_a_worker_sends_its_traces_to_the_collector_and_goes_on_with_those_of_its_tasks(
    default_objects, tmp_path, start
) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    queue = settings.CELERY_BROKER_URL.rsplit("/", 1)[0] + f"/{QUEUE_DATABASE + 2}"
    with ThreadingHTTPServer(("127.0.0.1", 0), _Collector) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        collector = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{server.server_port}", "ZT_TRACE_SHARE": "0"}
        worker = Pod(
            default_objects, "worker", tmp_path, CELERY_BROKER_URL=queue, OTEL_BSP_SCHEDULE_DELAY="100", **collector
        )
        process = start(worker, worker.command())
        with app.connection_for_write(queue) as connection:
            carried = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
            for headers in ({}, carried):  # of its own traces the worker is to send none
                app.send_task("zt_interop.tasks.drain_data_calls", headers=headers, connection=connection)
        _until(lambda: bool(_Collector.spans), process, worker.log)
        server.shutdown()
    (span,) = _Collector.spans
    assert (span.name, span.trace_id.hex()) == ("task zt_interop.tasks.drain_data_calls", trace)
    assert span.parent_span_id.hex() == "00f067aa0ba902b7"
    assert span.status.message == "FAILURE", "there is no database"
    assert not span.events


def test_the_hook_makes_schemas_and_bucket_and_can_be_repeated(default_objects, tmp_path) -> None:
    database, bucket = "chart_hook", "chart-hook"
    server = settings.DATABASES["default"]
    address = f"postgresql://{server['USER']}:{server['PASSWORD']}@{server['HOST']}:{server['PORT']}"
    store = Minio(settings.S3_ENDPOINT, settings.S3_ACCESS_KEY, settings.S3_SECRET_KEY, secure=False)
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        try:
            url = f"{address}/{database}?sslmode=disable"
            pod = Pod(default_objects, "migrate", tmp_path, DATABASE_URL=url, S3_BUCKET=bucket)
            for _ in range(2):
                done = subprocess.run(
                    ["/usr/bin/env", *pod.command()], env=pod.environment, cwd=tmp_path, capture_output=True, text=True
                )
                assert done.returncode == 0, done.stdout + done.stderr
            with psycopg.connect(url) as made:
                schemas = {name for (name,) in made.execute("SELECT nspname FROM pg_namespace").fetchall()}
            assert {"shared", "keystore", "supervision", "ext", "centre_template"} <= schemas
            assert store.bucket_exists(bucket)
            assert _answers_of_a_site_without_centres(pod) == [404, 400]
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))
            if store.bucket_exists(bucket):
                store.remove_bucket(bucket)


def _answers_of_a_site_without_centres(pod: Pod) -> list[int]:
    """Home, and home under a wrong host name: pages that say what is amiss, not failures."""
    code = """if True:
        import django
        django.setup()
        from django.test import Client
        client = Client(raise_request_exception=False)
        print([client.get("/", headers={"host": host}).status_code for host in ("zhengtong.example", "wrong.example")])
    """
    environment = {**pod.environment, "DJANGO_SETTINGS_MODULE": "zt_platform.project.settings"}
    shown = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    statuses: list[int] = ast.literal_eval(shown.stdout.splitlines()[-1])
    return statuses


def test_the_database_url_may_ask_for_tls(default_objects, tmp_path) -> None:
    """``sslmode`` in DATABASE_URL must reach the driver: production crosses a network."""
    pod = Pod(default_objects, "web", tmp_path, DATABASE_URL="postgresql://a@127.0.0.1:1/b?sslmode=verify-full")
    code = "from zt_platform.project.settings import DATABASES as d; print(d['default']['OPTIONS'])"
    shown = subprocess.run(
        [sys.executable, "-c", code], env=pod.environment, capture_output=True, text=True, check=True
    )
    options = ast.literal_eval(shown.stdout)
    assert options["sslmode"] == "verify-full"
    assert options["options"] == "-c search_path=shared,ext"
