"""`dvc push` and `dvc pull` with a folder, a server over SSH and an S3 API: a fresh clone has everything, nothing runs.

The SSH server is OpenSSH's on this machine; the S3 API is moto's, a stand-in for a real one.
"""

import getpass
import logging
import os
import shutil
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conftest import Workspace

SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
REQUIRED = "RATINGS_NMF_SSH_TESTS"
PRIVILEGES = Path("/run/sshd")
FOLDERS = ("data/interim", "data/factors", "data/recommendations")
NO_STAGE_CAN_RUN = {"SHELL": "/bin/false"}


@dataclass(frozen=True)
class Remote:
    """Where a remote is, what DVC must know besides, and the environment that its client finds."""

    url: str
    settings: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def folder(tmp_path: Path) -> Remote:
    return Remote(str(tmp_path / "a folder"))


@pytest.fixture
def ssh(tmp_path: Path) -> Iterator[Remote]:
    if SSHD is None or (os.getuid() == 0 and not PRIVILEGES.is_dir()):
        reason = f"no sshd, or for root no folder {PRIVILEGES}; Debian: apt-get install openssh-server"
        if os.environ.get(REQUIRED) == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True, mode=0o700)
    for key in (tmp_path / "host_key", home / ".ssh/id_ed25519"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = tmp_path / "sshd_config"
    config.write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {tmp_path}/host_key\nPidFile none\n"
        f"AuthorizedKeysFile {home}/.ssh/id_ed25519.pub\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nSubsystem sftp internal-sftp\n"
    )
    with subprocess.Popen([SSHD, "-D", "-e", "-f", config], stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            assert any("Server listening" in line for line in server.stderr), "sshd does not listen"
            place = f"ssh://{getpass.getuser()}@127.0.0.1:{port}{tmp_path}/served"
            yield Remote(place, environment={"HOME": str(home)})
        finally:
            server.terminate()


@pytest.fixture
def s3() -> Iterator[Remote]:
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    with urllib.request.urlopen(urllib.request.Request(f"{address}/bucket", method="PUT")):
        pass
    keys = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "test")
    yield Remote("s3://bucket/ratings", {"endpointurl": address}, {**keys, "AWS_DEFAULT_REGION": "us-east-1"})
    server.stop()


@pytest.fixture(scope="module")
def origin(reproduced: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A clone in which the unrated cells of `groceries` were once taken for unknown; tests only read it."""
    workspace = reproduced.copy(tmp_path_factory.mktemp("origin") / "ratings nmf")
    take_zeros_for_missing(workspace)
    workspace.dvc("repro", "ingest@groceries")
    put_back(workspace)
    return workspace


def take_zeros_for_missing(workspace: Workspace) -> None:
    params = workspace.params()
    params["datasets"]["groceries"]["ingest"]["zeros"] = "missing"
    workspace.write_params(params)


def put_back(workspace: Workspace) -> None:
    workspace.git("checkout", "--quiet", ".")
    workspace.dvc("checkout")


def add(remote: Remote, workspace: Workspace) -> None:
    workspace.dvc("remote", "add", "--default", "storage", remote.url)
    for name, value in remote.settings.items():
        workspace.dvc("remote", "modify", "storage", name, value)
    workspace.git("commit", "--quiet", "--message", "Add a remote", ".dvc/config")


def clone_of(workspace: Workspace, place: Path) -> Workspace:
    workspace.git("clone", "--quiet", ".", str(place))
    clone = Workspace(place)
    assert not any((clone.root / folder).exists() for folder in FOLDERS)
    return clone


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["folder", "ssh", "s3"])
def test_a_fresh_clone_pulls_every_artifact_and_runs_nothing(origin, tmp_path, kind, request):
    remote = request.getfixturevalue(kind)
    workspace = origin.copy(tmp_path / "origin")
    add(remote, workspace)
    expected = workspace.artifacts()
    workspace.dvc("push", "--run-cache", **remote.environment)
    take_zeros_for_missing(workspace)
    workspace.dvc("repro", "ingest@groceries")
    other = workspace.artifacts()
    workspace.dvc("push", "--run-cache", "ingest@groceries", **remote.environment)
    put_back(workspace)
    clone = clone_of(workspace, tmp_path / "clone")
    shutil.rmtree(workspace.root)

    clone.dvc("pull", "--run-cache", **remote.environment, **NO_STAGE_CAN_RUN)
    assert clone.artifacts() == expected
    assert clone.dvc("status").strip() == "Data and pipelines are up to date."
    assert "Running stage" not in clone.dvc("repro", **NO_STAGE_CAN_RUN)
    assert clone.git("status", "--porcelain") == ""

    take_zeros_for_missing(clone)
    clone.dvc("repro", "--pull", "ingest@groceries", **remote.environment, **NO_STAGE_CAN_RUN)
    assert expected != other
    assert clone.artifacts() == other


@pytest.mark.slow
def test_an_experiment_comes_to_a_clone_without_a_run(reproduced, folder, tmp_path):
    workspace = reproduced.copy(tmp_path / "origin")
    add(folder, workspace)
    workspace.dvc("push")
    workspace.git("clone", "--quiet", "--bare", ".", str(tmp_path / "repository"))
    workspace.git("remote", "add", "origin", str(tmp_path / "repository"))
    workspace.dvc("exp", "run", "--name", "two", "--set-param", "datasets.groceries.fit.n_components=2")
    tried = workspace.artifacts()
    workspace.dvc("exp", "push", "origin", "two")
    workspace.git("clone", "--quiet", str(tmp_path / "repository"), str(tmp_path / "clone"))
    shutil.rmtree(workspace.root)
    clone = Workspace(tmp_path / "clone")
    clone.dvc("pull", **NO_STAGE_CAN_RUN)
    assert clone.artifacts() != tried
    clone.dvc("exp", "pull", "origin", "two", **NO_STAGE_CAN_RUN)
    clone.dvc("exp", "apply", "two", **NO_STAGE_CAN_RUN)
    assert clone.artifacts() == tried
    assert "Running stage" not in clone.dvc("repro", **NO_STAGE_CAN_RUN)
