"""Roles with least privilege are loaded as the documented role API takes them; what a server cannot do is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest
import yaml

from index.elastic import manage
from index.elastic.administration import load_roles
from index.elastic.connection import Connection, address
from index.elastic.mappings import SCHEMA_VERSION, STORES, mapping
from index.elastic.roles import NAMES, role
from index.protocol import IndexUnavailable
from index.settings import ElasticSettings
from tests.conftest import ROOT

INDEX_PRIVILEGES = {"all", "read", "index", "maintenance", "monitor", "view_index_metadata"}
CLUSTER_PRIVILEGES = {"monitor", "manage_index_templates", "monitor_snapshot", "create_snapshot"}


class Security(BaseHTTPRequestHandler):
    """PUT /_security/role/<name>, as the documentation of Elasticsearch 9 describes it."""

    taken: ClassVar[dict[str, Any]] = {}
    status: ClassVar[int] = 200

    def do_PUT(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.taken[self.path] = body
        answer = {"role": {"created": True}} if self.status == 200 else {
            "error": {"type": "security_exception", "reason": "action is unauthorized"}, "status": self.status
        }  # fmt: skip
        said = json.dumps(answer).encode()
        self.send_response(self.status)
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    Security.taken, Security.status = {}, 200
    with ThreadingHTTPServer(("127.0.0.1", 0), Security) as opened:
        Thread(target=opened.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{opened.server_port}/team"
        opened.shutdown()


def test_all_roles_are_loaded_under_names_of_their_prefix(server: str) -> None:
    assert load_roles(server, ElasticSettings()) == ["team-crawler", "team-analyst", "team-admin"]
    assert set(Security.taken) == {f"/_security/role/team-{name}" for name in NAMES}
    for said in Security.taken.values():
        assert set(said) <= {"cluster", "indices", "metadata"} and set(said["cluster"]) <= CLUSTER_PRIVILEGES
        for one in said["indices"]:
            assert set(one) == {"names", "privileges"} and set(one["privileges"]) <= INDEX_PRIVILEGES
            assert all(name.startswith("team-") for name in one["names"])


def test_a_login_that_may_not_is_told(server: str) -> None:
    Security.status = 403
    with pytest.raises(IndexUnavailable, match="unauthorized"):
        load_roles(server, ElasticSettings())


@pytest.mark.parametrize("store", STORES)
def test_who_may_write_what(store: str) -> None:
    def may(name: str, privilege: str) -> bool:
        described = role(name, "team")["indices"]
        mine = [one for one in described if f"team-{store}*" in one["names"] or "team-*" in one["names"]]
        return any(privilege in one["privileges"] or "all" in one["privileges"] for one in mine)

    assert all(may(name, "read") for name in NAMES)
    assert may("crawler", "index") == (store != "records")
    assert may("analyst", "index") == (store in {"records", "observations", "listings", "views"})
    assert not any(may(name, what) for name in ("crawler", "analyst") for what in ("delete", "write", "delete_index"))


@pytest.mark.elastic
def test_composed_templates_say_what_the_mapping_says(elastic_url: str) -> None:
    connection = Connection(place := address(elastic_url, ElasticSettings()), ElasticSettings())
    try:
        connection.wait(manage.prepare(connection, ElasticSettings()))
        for store in STORES:
            call = connection.client.indices.simulate_index_template(
                name=f"{place.prefix}-{store}-v{SCHEMA_VERSION}-000009"
            )
            made = connection.wait(call)["template"]["mappings"]
            wanted = mapping(store)
            assert made["dynamic"] == "strict" and made["_meta"] == wanted["_meta"]
            assert set(made["properties"]) == set(wanted["properties"])
    finally:
        connection.close()


def test_the_compose_file_pins_what_it_starts_and_listens_here_only() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    assert {"es", "kibana", "redis"} <= set(services)
    for name, one in services.items():
        image, _, tag = one["image"].partition(":")
        assert tag.count(".") == 2 and "/" not in image, name
        assert all(port.startswith("127.0.0.1:") for port in one.get("ports", ())), name
    assert services["es"]["environment"]["xpack.security.enabled"] == "true"
    assert services["es"]["environment"]["xpack.security.http.ssl.enabled"] == "true"
    for word in ("ELASTIC_PASSWORD", "KIBANA_PASSWORD", "KIBANA_KEY", "REDIS_PASSWORD"):
        assert f"{word}=\n" in (ROOT / ".env.example").read_text("utf-8")
