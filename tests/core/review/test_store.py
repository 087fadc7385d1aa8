"""Changes are whole or not there, one after the other, and told in sentences when they fail."""

import subprocess
import sys
from pathlib import Path

import pytest
from review_history import audited
from review_scene import Scene, draw, new_item
from sqlalchemy import text

from core.errors import AccessRefused, SettingsError, StoreUnreachable
from core.review.blobs import LocalBlobs
from core.review.masks import mask_sha256
from core.review.place import open_review
from core.review.rows import project_rows
from core.review.store import open_store
from core.review.tables import EditRow, ProjectRow

ROOT = Path(__file__).resolve().parents[3]

# Each server adds one, twenty times, to a number that it has read in the same change.
COUNT = """
import sys
from pathlib import Path
from core.review.blobs import LocalBlobs
from core.review.store import open_store
store = open_store(sys.argv[1], LocalBlobs(Path(sys.argv[2])))
print("ready", flush=True)
sys.stdin.readline()
for _ in range(20):
    with store.change(sys.argv[3]) as (session, project):
        project.rules = {**project.rules, "count": project.rules.get("count", 0) + 1}
store.engine.dispose()
"""


def started(program, *arguments):
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_no_update_is_lost_when_two_servers_write_at_once(any_store, database_url, tmp_path):
    scene = Scene(any_store)
    servers = [started(COUNT, database_url, tmp_path, scene.project_id) for _ in range(2)]
    assert [server.stdout.readline() for server in servers] == ["ready\n"] * 2
    for server in servers:
        server.stdin.write("go\n")
        server.stdin.flush()
    assert [server.communicate(timeout=120)[1] for server in servers] == ["", ""]
    with any_store.read() as session:
        assert session.get(ProjectRow, scene.project_id).rules["count"] == 40


def test_a_change_that_fails_half_way_leaves_nothing(any_store):
    scene = Scene(any_store)
    before = audited(scene)

    def fail_half_way():
        with any_store.change(scene.project_id) as (session, project):
            project.name = "Half"
            session.flush()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail_half_way()
    assert audited(scene) == before


def test_a_reader_of_the_database_does_not_wait_for_a_change(any_store):
    scene = Scene(any_store)
    with any_store.change(scene.project_id) as (session, project):
        project.name = "Not yet"
        session.flush()
        with any_store.read() as other:
            assert other.get(ProjectRow, scene.project_id).name == "Livers"


def test_a_change_that_waits_too_long_for_another_one_is_told(
    any_store, database_url, tmp_path, monkeypatch
):
    scene = Scene(any_store)
    monkeypatch.setattr("core.review.store._BUSY_S", 1)
    impatient = open_store(database_url, LocalBlobs(tmp_path))
    with (
        any_store.change(scene.project_id),
        pytest.raises(StoreUnreachable) as refused,
        impatient.change(scene.project_id),
    ):
        pass
    assert refused.value.what == "The review database did not take the change or did not answer."
    assert refused.value.details in {"OperationalError", "LockNotAvailable"}
    impatient.engine.dispose()


def test_a_project_that_is_not_there_is_refused_as_one_that_is_not_ours(any_store):
    with pytest.raises(AccessRefused), any_store.change("0" * 32):
        pass


def test_sqlite_flushes_every_change_to_the_disk_and_lets_readers_read(store):
    with store.read() as session:
        asked = {
            name: session.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://host/name", "nosuch://host", "postgresql+nosuch://host/name"]
)
def test_an_address_that_makes_no_sense_is_refused(url, tmp_path):
    with pytest.raises(SettingsError, match="address of the review database cannot be used"):
        open_store(url, LocalBlobs(tmp_path))


def test_a_database_that_does_not_answer_is_told_without_its_password(tmp_path):
    url = "postgresql+psycopg://tester:geheim@127.0.0.1:1/review"
    with pytest.raises(StoreUnreachable) as refused:
        open_store(url, LocalBlobs(tmp_path))
    told = f"{refused.value} {refused.value.details}"
    assert "geheim" not in told
    assert "127.0.0.1" not in told


def test_one_machine_needs_no_setting_but_a_folder(tmp_path):
    settings = {"MIP_DATA_FOLDER": str(tmp_path / "new" / "folder"), "MIP_REVIEW_BLOBS": " "}
    scene = Scene(open_review(settings))
    scene.owner.add_items([new_item()])
    scene.store.engine.dispose()
    again = open_review(settings)
    with again.change(scene.project_id) as (session, _):
        assert len(project_rows(session, scene.project_id).blobs()) == 3
    assert {path.name for path in (tmp_path / "new" / "folder").iterdir()} >= {"review.db", "blobs"}
    assert (tmp_path / "new" / "folder").stat().st_mode & 0o077 == 0
    again.engine.dispose()


def test_without_any_setting_reviews_lie_in_the_folder_of_the_user(tmp_path, monkeypatch):
    monkeypatch.setattr("core.data_folder.platformdirs.user_data_path", lambda *_a, **_k: tmp_path)
    open_review({}).engine.dispose()
    assert (tmp_path / "review.db").is_file()


def test_a_team_sets_a_database_and_a_place_for_files(database_url, tmp_path):
    settings = {
        "MIP_REVIEW_DATABASE": database_url,
        "MIP_REVIEW_BLOBS": f"file://{tmp_path}/files",
        "MIP_DATA_FOLDER": str(tmp_path / "unused"),
    }
    scene = Scene(open_review(settings))
    [item] = scene.owner.add_items([new_item()])
    anna = scene.join("Anna")
    reading = anna.open(item)
    mask = anna.current_mask(reading, reading.item.labels[0])
    draw(anna, reading, 0, ~mask)
    with scene.store.read() as session:
        assert session.query(EditRow).one().sha256 == mask_sha256(~mask)
    assert not (tmp_path / "unused").exists()
    scene.store.engine.dispose()


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnreachable, match="folder for reviews cannot be made"):
        open_review({"MIP_DATA_FOLDER": str(tmp_path / "file" / "below")})
