"""`unknot models install`, against a server on this machine that behaves badly in every way."""

from __future__ import annotations

import fcntl
import hashlib
import io
import resource
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from voice.models import Archive, Entry, FileSum, ModelsError, find_model, install, shipped, verify

NAME = "small-en-us"
ARCHIVE = "vosk-model-small-en-us-0.15"


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip, stored so that it is large enough to break off."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def model_files() -> dict[str, bytes]:
    folder = shipped() / "en-small"
    return {
        f"{ARCHIVE}/{path.relative_to(folder)}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


WHOLE = packed(model_files())


def manifest(content: bytes, *, unpacked_at_most: int = 30_000_000) -> dict[str, Entry]:
    whole = FileSum(len(content), hashlib.sha256(content).hexdigest())
    archive = Archive(ARCHIVE, whole, unpacked_at_most)
    return {NAME: Entry(NAME, "download", "", "", "", {}, archive)}


@dataclass
class Server:
    """Sends `content`, in the manner that a test asks for."""

    content: bytes = WHOLE
    breaks_after: list[int] = field(default_factory=list)
    """Bytes after which each of the first answers breaks off."""
    honours_range: bool = True
    status: int = 0
    """An answer that is an error, whatever is asked."""
    stalls: bool = False
    piece_pause: float = 0.0
    asked: list[str | None] = field(default_factory=list)
    """The Range of each request."""
    url: str = ""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers.get("Range")
        self.asked.append(wanted)
        if self.status:
            request.send_error(self.status)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        if not self.honours_range:
            start = 0
        body = self.content[start:]
        request.send_response(206 if start else 200)
        if start:
            total = len(self.content)
            request.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        self._send(request, body[: self.breaks_after.pop(0)] if self.breaks_after else body)

    def _send(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        for at in range(0, len(body), 1 << 20):
            request.wfile.write(body[at : at + (1 << 20)])
            time.sleep(self.piece_pause)
        if self.stalls:
            request.wfile.flush()
            time.sleep(1.0)


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                server.answer(self)
            except ConnectionError:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server.url = f"http://127.0.0.1:{http.server_port}/"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        http.shutdown()
        thread.join()


def fetch(server: Server, home: Path, content: bytes = WHOLE) -> Path:
    return install(NAME, home, base_url=server.url, manifest=manifest(content), patience=0.5)


def left_behind(home: Path) -> set[str]:
    """What lies in the folder of models, but for the lock."""
    return {path.name for path in (home / "models").iterdir()} - {".installing"}


def test_a_model_is_fetched_checked_and_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UNKNOT_MODEL", raising=False)
    told: list[tuple[int, int]] = []
    with serving(Server()) as server:
        folder = install(
            NAME,
            tmp_path,
            base_url=server.url,
            manifest=manifest(WHOLE),
            progress=lambda done, of: told.append((done, of)),
        )
    assert find_model(home=tmp_path).path == folder
    assert {check.state for check in verify(home=tmp_path)} == {"whole"}
    assert left_behind(tmp_path) == {NAME}
    assert told == sorted(told)
    assert told[-1] == (len(WHOLE), len(WHOLE))


@pytest.mark.parametrize(
    ("server", "ranges"),
    [
        (Server(piece_pause=0.02), [None]),
        (Server(breaks_after=[3_000_000]), [None, "bytes=3000000-"]),
        (
            Server(breaks_after=[3_000_000, 2_000_000]),
            [None, "bytes=3000000-", "bytes=5000000-"],
        ),
        (Server(breaks_after=[3_000_000], honours_range=False), [None, "bytes=3000000-"]),
    ],
    ids=["slow", "breaks off once", "breaks off twice", "breaks off and ignores Range"],
)
def test_a_bad_connection_is_borne(
    tmp_path: Path, server: Server, ranges: list[str | None]
) -> None:
    with serving(server):
        folder = fetch(server, tmp_path)
    assert (folder / "am/final.mdl").is_file()
    assert server.asked == ranges


def test_the_next_run_goes_on_where_the_last_broke_off(tmp_path: Path) -> None:
    with (
        serving(Server(breaks_after=[4_000_000, 0, 0])) as server,
        pytest.raises(ModelsError, match="broke off") as broke,
    ):
        fetch(server, tmp_path)
    assert "goes on where it broke off" in broke.value.remedy
    assert "embedded model goes on working" in broke.value.remedy
    assert left_behind(tmp_path) == {f"{ARCHIVE}.zip.part"}
    with serving(Server()) as server:
        fetch(server, tmp_path)
    assert server.asked == ["bytes=4000000-"]


@pytest.mark.parametrize("had", [b"garbage" * 1000, WHOLE[:-1] + b"x", WHOLE + b"more"])
def test_a_spoilt_part_is_thrown_away_and_fetched_anew(tmp_path: Path, had: bytes) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / f"{ARCHIVE}.zip.part").write_bytes(had)
    with serving(Server()) as server:
        fetch(server, tmp_path)
    assert left_behind(tmp_path) == {NAME}


@pytest.mark.parametrize(
    ("server", "says"),
    [
        (Server(status=404), "404"),
        (Server(status=503), "503"),
        (Server(content=b"<" * (len(WHOLE) + 9)), "checksum is wrong"),
        (Server(content=WHOLE[:-9] + b"different"), "checksum is wrong"),
        (Server(content=b"<html>log in</html>"), "broke off"),
        (Server(breaks_after=[1_000_000, 0, 0], stalls=True), "no answer came in time"),
    ],
    ids=["not there", "overloaded", "garbage", "wrong checksum", "too short", "stalls"],
)
def test_what_cannot_be_had_is_one_sentence_and_nothing_is_unpacked(
    tmp_path: Path, server: Server, says: str
) -> None:
    with serving(server), pytest.raises(ModelsError, match=says) as refused:
        fetch(server, tmp_path)
    assert "\n" not in str(refused.value)
    assert "embedded model goes on working" in refused.value.remedy
    assert left_behind(tmp_path) <= {f"{ARCHIVE}.zip.part"}


def test_no_network_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelsError, match="cannot be fetched") as refused:
        install(NAME, tmp_path, base_url="http://127.0.0.1:9/")
    assert "embedded model goes on working" in refused.value.remedy


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({f"{ARCHIVE}/../../escaped": b"x"}, "it holds"),
        ({"/escaped": b"x"}, "it holds"),
        ({"other-model/am/final.mdl": b"x"}, "it holds"),
        ({f"{ARCHIVE}/README": b"x"}, "no acoustic model"),
        ({f"{ARCHIVE}/am/final.mdl": bytes(40_000_000)}, "far more than a model"),
    ],
    ids=["climbs out", "absolute", "another folder", "no model", "too large"],
)
def test_an_unsafe_archive_is_refused_and_the_old_model_stays(
    tmp_path: Path, files: dict[str, bytes], says: str
) -> None:
    with serving(Server()) as server:
        old = fetch(server, tmp_path)
    bad = packed(files)
    with serving(Server(content=bad)) as server, pytest.raises(ModelsError, match=says):
        fetch(server, tmp_path, bad)
    assert (old / "am/final.mdl").stat().st_size > 1_000_000
    assert not list(tmp_path.rglob("escaped"))


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    content = b"not a zip" * 1000
    with (
        serving(Server(content=content)) as server,
        pytest.raises(ModelsError, match="cannot be unpacked"),
    ):
        fetch(server, tmp_path, content)


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with serving(Server()) as server:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
        try:
            with pytest.raises(ModelsError, match="no room") as refused:
                fetch(server, tmp_path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "UNKNOT_HOME" in refused.value.remedy


def test_two_installations_do_not_meet(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    with (tmp_path / "models" / ".installing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ModelsError, match="under way"):
            install(NAME, tmp_path, base_url="http://127.0.0.1:9/")


@pytest.mark.parametrize("name", ["en-small", "vosk-model-de", ""])
def test_only_what_can_be_installed_is(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelsError, match="no model") as refused:
        install(name, tmp_path)
    assert NAME in refused.value.remedy
