"""A backup gives back the whole project, or says that it cannot and restores nothing."""

import hashlib
import io
import json
import zipfile

import pytest
from review_history import audited, lived_in, rows_now
from review_scene import Scene, draw, new_item

from core.errors import AccessRefused, InputError, StoreDamaged
from core.review.backup import export_project, import_project
from core.review.blobs import LocalBlobs
from core.review.desk import Desk
from core.review.overview import all_projects
from core.review.people import reader_of
from core.review.store import open_store
from core.review.tables import AuditRow, ReaderRow

DAMAGED = "The backup is damaged or was changed, so nothing was restored."
NO_BACKUP = "The file is no backup of a review project"


@pytest.fixture(scope="module")
def packed(kept_scene):
    return exported(kept_scene[0])


@pytest.fixture(scope="module")
def nowhere(tmp_path_factory):
    """A store in which nothing ever arrives: every test with it is refused."""
    folder = tmp_path_factory.mktemp("nowhere")
    opened = open_store(f"sqlite:///{folder / 'review.db'}", LocalBlobs(folder / "blobs"))
    yield opened
    opened.engine.dispose()


@pytest.fixture
def empty(tmp_path):
    """Another store, with nothing in it."""
    opened = open_store(f"sqlite:///{tmp_path / 'other.db'}", LocalBlobs(tmp_path / "other"))
    yield opened
    opened.engine.dispose()


def exported(scene):
    file = io.BytesIO()
    export_project(scene.store, scene.project_id, file)
    return file.getvalue()


def refused(store, data):
    """The sentence with which a file is refused; nothing is restored."""
    with pytest.raises(InputError) as caught:
        import_project(store, io.BytesIO(data))
    assert all_projects(store) == ()
    with store.read() as session:
        assert session.query(ReaderRow).count() == session.query(AuditRow).count() == 0
    return caught.value.what


def repacked(data, change=None, **options):
    """The archive with its members changed by a function of a dictionary."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if change:
        change(members)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def with_rows(data, table, change):
    """The archive with a table's rows changed and its hash made right again."""

    def work(members):
        name = f"rows/{table}.jsonl"
        rows = [json.loads(line) for line in members[name].decode().splitlines()]
        changed = change(rows)
        kept = rows if changed is None else changed
        members[name] = "".join(json.dumps(row) + "\n" for row in kept).encode()
        manifest = json.loads(members["manifest.json"])
        manifest["rows"][name] = hashlib.sha256(members[name]).hexdigest()
        members["manifest.json"] = json.dumps(manifest).encode()

    return repacked(data, work)


def test_a_project_comes_back_whole_in_an_empty_store(scene, packed, empty):
    assert import_project(empty, io.BytesIO(packed)) == scene.project_id
    again = io.BytesIO()
    export_project(empty, scene.project_id, again)
    assert again.getvalue() == packed
    for name in rows_now(scene).blobs():
        assert empty.blobs.get(name) == scene.store.blobs.get(name)


def test_a_project_goes_from_one_kind_of_database_to_the_other(
    any_store, empty, postgres, tmp_path
):
    scene = lived_in(any_store)
    packed = exported(scene)
    import_project(empty, io.BytesIO(packed))
    team = open_store(postgres.new_database(), LocalBlobs(tmp_path / "team"))
    again = io.BytesIO()
    export_project(empty, scene.project_id, again)
    import_project(team, again)
    last = io.BytesIO()
    export_project(team, scene.project_id, last)
    assert last.getvalue() == packed
    team.engine.dispose()


def test_readers_go_on_where_they_were(scene, packed, empty):
    import_project(empty, io.BytesIO(packed))
    anna = reader_of(empty, "local:anna", "Anna")
    desk = Desk(empty, scene.project_id, anna, clock=scene.clock)
    assert [entry.state for entry in desk.queue()] == [
        entry.state for entry in scene.desk(scene.person("Anna")).queue()
    ]
    reading = desk.open(desk.queue()[1].item_id)
    mask = desk.current_mask(reading, reading.item.labels[1])
    assert draw(desk, reading, 1, ~mask, base=1).revision == 2
    moved = Scene.__new__(Scene)
    moved.store, moved.project_id = empty, scene.project_id
    assert audited(moved, audited(scene).hash).entries == audited(scene).entries + 1


def test_a_reader_whom_the_store_knows_stays_the_same_person(scene, packed, empty):
    known = reader_of(empty, "local:anna", "Anna B.")
    import_project(empty, io.BytesIO(packed))
    desk = Desk(empty, scene.project_id, known, clock=scene.clock)
    assert "Anna B." in {member.reader.name for member in desk.members()}


def test_the_same_project_gives_the_same_bytes(scene, packed):
    assert exported(scene) == packed


def test_a_backup_holds_nothing_of_other_projects(scene, packed):
    other = Scene(scene.store)
    other.owner.add_items([new_item(77)])
    assert exported(scene) == packed
    assert exported(other).count(b"scan-") == 1


def test_nothing_in_a_backup_is_compressed_and_its_members_are_hashes(packed):
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        for info in archive.infolist():
            assert info.compress_type == zipfile.ZIP_STORED
            if info.filename.startswith("blobs/"):
                digest = hashlib.sha256(archive.read(info)).hexdigest()
                assert info.filename == f"blobs/{digest}"


def test_a_project_that_is_there_already_is_refused(scene, packed):
    before = audited(scene)
    with pytest.raises(InputError, match="The project is in this store already"):
        import_project(scene.store, io.BytesIO(packed))
    assert audited(scene) == before


def test_a_person_with_another_identity_in_the_store_is_not_mixed_up(packed, empty):
    with empty.create() as session:
        when = "2026-01-01T00:00:00+00:00"
        session.connection().exec_driver_sql(
            f"INSERT INTO reader VALUES ('{'f' * 32}', 'local:anna', 'Anna', '{when}')"
        )
    with pytest.raises(InputError, match="The reader Anna of the backup is somebody else"):
        import_project(empty, io.BytesIO(packed))
    assert all_projects(empty) == ()


def test_a_project_that_is_not_there_cannot_be_exported(store):
    with pytest.raises(AccessRefused):
        export_project(store, "0" * 32, io.BytesIO())


def test_a_damaged_project_is_not_backed_up_as_if_it_were_whole(scene, tmp_path):
    name = min(rows_now(scene).blobs())
    (tmp_path / "blobs" / name[:2] / name).unlink()
    with pytest.raises(StoreDamaged):
        exported(scene)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"%PDF-1.7" * 100, bytes(1000)])
def test_what_is_no_archive_is_refused(data, nowhere):
    assert refused(nowhere, data) == f"{NO_BACKUP}, or not a whole one."


def test_an_archive_of_something_else_is_refused(nowhere, packed):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("notes.txt", "hello")
    assert refused(nowhere, file.getvalue()) == f"{NO_BACKUP}."
    assert refused(nowhere, repacked(packed, lambda m: m.pop("manifest.json"))) == f"{NO_BACKUP}."


def test_a_backup_that_is_cut_off_anywhere_is_refused(nowhere, packed):
    for share in (0.01, 0.2, 0.5, 0.9, 0.999):
        assert refused(nowhere, packed[: int(len(packed) * share)]).startswith(NO_BACKUP)
    assert refused(nowhere, packed[:-1]).startswith(NO_BACKUP)


def test_no_changed_byte_of_any_member_gets_through(nowhere, packed, rng):
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        members = [info for info in archive.infolist() if info.file_size]
    for info in members:
        # Behind the header of a member come its name and its content.
        start = info.header_offset + 30 + len(info.filename)
        changed = bytearray(packed)
        changed[start + int(rng.integers(info.file_size))] ^= 1 << int(rng.integers(8))
        assert refused(nowhere, bytes(changed)).startswith((NO_BACKUP, DAMAGED))


@pytest.mark.parametrize("name", ["rows/edit.jsonl", "rows/audit.jsonl", "rows/pin.jsonl"])
def test_a_missing_member_is_refused(nowhere, packed, name):
    assert refused(nowhere, repacked(packed, lambda members: members.pop(name))) == DAMAGED


def test_a_missing_mask_is_refused(nowhere, packed):
    def drop(members):
        del members[next(name for name in members if name.startswith("blobs/"))]

    assert refused(nowhere, repacked(packed, drop)) == DAMAGED


def test_a_member_too_many_is_refused(nowhere, packed):
    blob = hashlib.sha256(b"more").hexdigest()
    for name in ("readme.txt", "../../etc/cron.d/x", "rows/other.jsonl", f"blobs/{blob}"):
        more = repacked(packed, lambda members, name=name: members.update({name: b"more"}))
        assert refused(nowhere, more) == DAMAGED


def test_a_member_that_is_there_twice_is_refused(nowhere, packed):
    file = io.BytesIO(packed)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(file, "a") as archive:
        archive.writestr("rows/edit.jsonl", b"")
    assert refused(nowhere, file.getvalue()) == DAMAGED


def test_a_mask_with_other_content_is_refused(nowhere, packed):
    def change(members):
        name = next(name for name in members if name.startswith("blobs/"))
        members[name] = members[name][:-1] + b"?"

    assert refused(nowhere, repacked(packed, change)) == DAMAGED


def test_rows_that_were_changed_are_refused_by_their_hash(nowhere, packed):
    def change(members):
        members["rows/decision.jsonl"] = members["rows/decision.jsonl"].replace(
            b'"reject"', b'"accept"'
        )

    assert refused(nowhere, repacked(packed, change)) == DAMAGED


@pytest.mark.parametrize("table", ["reader", "item", "reading", "edit", "decision", "audit"])
def test_rows_that_were_only_written_anew_are_restored(scene, empty, packed, table):
    same = with_rows(packed, table, lambda rows: None)
    assert import_project(empty, io.BytesIO(same)) == scene.project_id


def _set(field, value):
    def change(rows):
        rows[0][field] = value

    return change


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("decision", _set("verdict", "absent")),
        ("outcome", _set("verdict", "absent")),
        ("edit", lambda rows: rows[:-1]),
        ("audit", lambda rows: rows[:-1]),
        ("audit", _set("reader", "f" * 32)),
        ("project", _set("audit_count", 3)),
        ("project", lambda rows: rows * 2),
        ("project", lambda rows: []),
        ("item", lambda rows: rows + rows[:1]),
        ("reader", lambda rows: rows[1:]),
        ("reading", _set("item_id", "f" * 32)),
        ("label", lambda rows: rows[1:]),
        ("item", _set("width", "40")),
        ("item", _set("width", 2**70)),
        ("item", _set("width", [40])),
        ("item", _set("width", None)),
        ("item", _set("height", 23)),
        ("item", _set("name", "\ud800")),
        ("item", _set("image", "../../etc/passwd")),
        ("item", _set("frame", [])),
        ("item", _set("id", "f" * 33)),
        ("reading", _set("seconds", float("nan"))),
        ("reading", _set("created_at", "2026-01-01T00:00:00")),
        ("reading", _set("created_at", "yesterday")),
        ("pin", _set("more", 1)),
        ("pin", lambda rows: [[]]),
        ("pin", lambda rows: [{}]),
    ],
)
def test_rows_that_were_changed_by_somebody_who_knows_the_format_are_refused(
    nowhere, packed, table, change
):
    assert refused(nowhere, with_rows(packed, table, change)) == DAMAGED


def test_edits_of_another_item_are_refused(nowhere, packed):
    items = {}

    def learn(rows):
        items.update({row["id"]: row["item_id"] for row in rows})

    with_rows(packed, "label", learn)

    def move(rows):
        other = next(label for label, item in items.items() if item != items[rows[0]["label_id"]])
        rows[0]["label_id"] = other

    assert refused(nowhere, with_rows(packed, "edit", move)) == DAMAGED


@pytest.mark.parametrize("change", [{"head": {}}, {"project": "0" * 32}, {"rows": []}, {"x": 1}])
def test_a_manifest_that_says_something_else_is_refused(nowhere, packed, change):
    def work(members):
        manifest = json.loads(members["manifest.json"])
        members["manifest.json"] = json.dumps(manifest | change).encode()

    assert refused(nowhere, repacked(packed, work)) == DAMAGED


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"format": 1}'])
def test_a_manifest_that_is_none_is_refused(nowhere, packed, text):
    def work(members):
        members["manifest.json"] = text

    assert refused(nowhere, repacked(packed, work)) == DAMAGED


@pytest.mark.parametrize("change", [{"version": 2}, {"tables": "9999"}])
def test_a_backup_of_another_version_is_refused(nowhere, packed, change):
    def work(members):
        manifest = json.loads(members["manifest.json"]) | {"program": "Workbench 9"} | change
        members["manifest.json"] = json.dumps(manifest).encode()

    said = refused(nowhere, repacked(packed, work))
    assert said == "The backup was made by another version of this program."


def test_an_archive_that_would_unpack_to_more_than_it_is_is_never_unpacked(nowhere, packed):
    def blow_up(members):
        members["rows/pin.jsonl"] = b" " * 50_000_000

    bomb = repacked(packed, blow_up, compression=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 1_000_000
    assert refused(nowhere, bomb) == DAMAGED


def test_members_that_lie_about_their_size_are_refused(nowhere, packed):
    """One stored member, listed as far larger than the archive."""
    entry = packed.rindex(b"rows/edit.jsonl") - 46
    changed = bytearray(packed)
    for place in (entry + 20, entry + 24):
        changed[place : place + 4] = (2_000_000_000).to_bytes(4, "little")
    assert refused(nowhere, bytes(changed)) == DAMAGED


def test_a_backup_in_which_a_reader_is_forged_is_refused(nowhere, packed):
    def forge(rows):
        anna = next(row for row in rows if row["name"] == "Anna")
        anna["id"] = "f" * 32

    assert refused(nowhere, with_rows(packed, "reader", forge)) == DAMAGED
