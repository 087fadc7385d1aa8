"""Short runs of what ``bench/review_kill.py`` and ``bench/review_team.py`` do at length."""

from bench.review_kill import kill_often
from bench.review_team import run_team


def test_nothing_acknowledged_is_lost_and_nothing_half_written_when_the_server_is_killed(
    database_url, tmp_path
):
    killed = kill_often(database_url, tmp_path / "blobs", kills=5, seed=3)
    assert killed.kills == 5
    assert killed.end.lost == 0
    assert killed.end.kept == killed.edits + killed.decisions + killed.end.unanswered
    assert killed.end.unanswered <= 5
    assert killed.edits > 0


def test_readers_at_once_lose_no_update_and_never_crowd_an_item(postgres, tmp_path):
    team = run_team(
        postgres.new_database(), tmp_path / "blobs", readers=6, processes=2, seconds=4, items=12
    )
    assert team.end.lost == team.end.unanswered == team.end.crowded == team.done.both == 0
    assert team.end.kept == len(team.done.saved) > 0
