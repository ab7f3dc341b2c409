"""What Dash and pages may rely on, whoever has the jobs done."""

from pathlib import Path

from dash import Dash

from callbacks.jobs.manager import stored_results
from tests.jobs.desk import MakeDesk, read_pid
from tests.servers import process_runs, wait_for

__all__ = ["ManagerContract"]


class ManagerContract:
    """Inherited by the tests of each manager, whose `make_desk` has places for two jobs at a time."""

    def test_a_result_comes_back_as_json(self, make_desk: MakeDesk) -> None:
        desk = make_desk()
        assert desk.wait(desk.start("sum", 1, 2)) == {"sum": 3, "pair": [1, 2]}

    def test_none_is_a_result(self, make_desk: MakeDesk) -> None:
        desk = make_desk()
        assert desk.wait(desk.start("nothing")) is None

    def test_an_asynchronous_function_is_awaited(self, make_desk: MakeDesk) -> None:
        desk = make_desk()
        assert desk.wait(desk.start("answer")) == 42

    def test_named_arguments_arrive_by_name(self, make_desk: MakeDesk) -> None:
        desk = make_desk()
        assert desk.wait(desk.start("minus", second=1, first=3)) == 2

    def test_prevent_update_is_no_update(self, make_desk: MakeDesk) -> None:
        desk = make_desk()
        assert desk.wait(desk.start("refuse")) == {"_dash_no_update": "_dash_no_update"}

    def test_the_same_arguments_never_share_a_key(self, make_desk: MakeDesk) -> None:
        manager = make_desk().manager
        assert len({manager.build_cache_key(None, [1], None, None) for _ in range(10)}) == 10

    def test_the_same_job_in_two_tabs_gives_both_the_result(self, make_desk: MakeDesk) -> None:
        desk, other = make_desk(), make_desk()
        first, second = desk.start("sum", 1, 2), other.start("sum", 1, 2)
        assert desk.wait(second) == other.wait(first) == {"sum": 3, "pair": [1, 2]}

    def test_a_delivered_result_can_be_asked_for_again(self, make_desk: MakeDesk) -> None:
        desk = make_desk()
        key = desk.start("seven")
        assert desk.wait(key) == 7
        assert desk.wait(key) == 7

    def test_a_job_that_ends_between_dashs_two_questions_is_not_taken_for_cancelled(
        self, make_desk: MakeDesk
    ) -> None:
        desk = make_desk()
        key = desk.start("seven")
        wait_for(lambda: desk.manager.result_ready(key), "the result")
        # Dash asked for the result just before, found none, and now asks whether the job runs.
        assert desk.manager.job_running(key)

    def test_progress_is_delivered_once_and_the_latest_wins(self, make_desk: MakeDesk) -> None:
        desk = make_desk()
        key = desk.start("steps")
        assert desk.wait(key) == "done"
        assert desk.manager.get_progress(key) == [2, "two"]
        assert desk.manager.get_progress(key) is None

    def test_property_updates_between_two_polls_add_up(self, make_desk: MakeDesk) -> None:
        desk = make_desk()
        key = desk.start("update")
        desk.wait(key)
        assert desk.manager.get_updated_props(key) == {"a": {"children": 1, "title": "t"}, "b": {"children": 2}}
        assert desk.manager.get_updated_props(key) == {}

    def test_an_error_says_what_the_job_said_and_silences_its_updates(self, make_desk: MakeDesk) -> None:
        desk = make_desk()
        key = desk.start("fail")
        error = desk.wait(key)["background_callback_error"]
        assert error["msg"] == "Choose a user between 1 and 671."
        assert "in _fail" in error["tb"]
        assert desk.manager.get_updated_props(key) == {}

    def test_a_bug_is_named(self, make_desk: MakeDesk) -> None:
        desk = make_desk()
        assert "ZeroDivisionError" in desk.error(desk.start("bug"))

    def test_a_result_without_a_json_form_says_so(self, make_desk: MakeDesk) -> None:
        desk = make_desk()
        assert "cannot be sent to the page" in desk.error(desk.start("set"))

    def test_an_exit_inside_the_job_is_an_error(self, make_desk: MakeDesk) -> None:
        desk = make_desk()
        assert "killed or crashed" in desk.error(desk.start("exit"))

    def test_the_time_limit_ends_even_a_computation_in_c(self, make_desk: MakeDesk) -> None:
        desk = make_desk(time_limit_s=1.5)
        assert "time limit of 1.5 s" in desk.error(desk.start("compute"))

    def test_a_job_that_waits_too_long_for_its_turn_says_so(self, make_desk: MakeDesk, tmp_path: Path) -> None:
        desk = make_desk()
        busy = [desk.start("stay", str(tmp_path / f"{n}"), visitor=f"10.0.0.{n}") for n in (2, 3)]
        for number in (2, 3):
            read_pid(tmp_path / f"{number}")
        hasty = make_desk(time_limit_s=0.2)
        assert "waited 0.2 s for its turn" in hasty.error(hasty.start("seven"))
        for key in busy:
            desk.manager.terminate_job(key)

    def test_cancel_ends_the_processes_that_a_job_started(self, make_desk: MakeDesk, tmp_path: Path) -> None:
        desk = make_desk()
        key = desk.start("family", str(tmp_path / "parent"), str(tmp_path / "child"))
        family = [read_pid(tmp_path / "parent"), read_pid(tmp_path / "child")]
        desk.manager.terminate_job(key)
        assert desk.manager.get_result(key, key) is desk.manager.UNDEFINED
        assert not desk.manager.job_running(key)
        wait_for(lambda: not any(map(process_runs, family)), "the end of the family")

    def test_a_job_that_is_cancelled_in_the_queue_never_begins(self, make_desk: MakeDesk, tmp_path: Path) -> None:
        desk = make_desk()
        gate = tmp_path / "gate"
        busy = [desk.start("until", str(gate), str(tmp_path / f"{n}"), visitor=f"10.0.0.{n}") for n in (2, 3)]
        for number in (2, 3):
            read_pid(tmp_path / f"{number}")
        waiting = desk.start("until", str(gate), str(tmp_path / "begun"))
        assert desk.manager.look(waiting).state == "waiting"
        make_desk().manager.terminate_job(waiting)
        gate.touch()
        assert [desk.wait(key) for key in busy] == ["done", "done"]
        assert desk.wait(desk.start("seven")) == 7
        assert desk.manager.look(waiting).state == "cancelled"
        assert not (tmp_path / "begun").exists()

    def test_cancelling_a_finished_job_keeps_its_result(self, make_desk: MakeDesk) -> None:
        desk = make_desk()
        key = desk.start("seven")
        wait_for(lambda: desk.manager.result_ready(key), "the result")
        desk.manager.terminate_job(key)
        assert desk.wait(key) == 7

    def test_an_unknown_or_expired_job_is_an_error(self, make_desk: MakeDesk) -> None:
        assert "no longer kept" in make_desk().error("0" * 32)

    def test_one_visitor_leaves_room_for_others(self, make_desk: MakeDesk, tmp_path: Path) -> None:
        desk = make_desk(queue=4)
        gate = tmp_path / "gate"
        mine = [desk.start("until", str(gate), str(tmp_path / f"mine-{number}")) for number in range(4)]
        assert "You have 3 jobs" in desk.error(mine[3])
        wait_for(lambda: list(tmp_path.glob("mine-*")), "the first job to run")
        yours = desk.start("until", str(gate), str(tmp_path / "yours"), visitor="10.0.0.2")
        # It overtakes what the first visitor has in line.
        wait_for((tmp_path / "yours").exists, "another visitor's job to run")
        assert len(list(tmp_path.glob("mine-*"))) == 1
        gate.touch()
        assert [desk.wait(key) for key in (*mine[:3], yours)] == ["done"] * 4

    def test_the_signing_secret_is_one_for_all_processes(self, make_desk: MakeDesk) -> None:
        first = make_desk().manager.get_or_create_signing_secret(lambda: b"one")
        assert make_desk().manager.get_or_create_signing_secret(lambda: b"two") == first

    def test_pages_find_the_stored_results_of_their_application(self, make_desk: MakeDesk) -> None:
        manager = make_desk().manager
        assert stored_results(Dash("with", background_callback_manager=manager)) is manager.results
        manager.results.put("question", [1], {"answer": 2})
        assert make_desk().manager.results.get("question", [1]) == {"answer": 2}
        assert manager.results.get("question", [2]) is None

    def test_jobs_that_wait_and_run_are_counted(self, make_desk: MakeDesk, tmp_path: Path) -> None:
        desk = make_desk()
        gate = tmp_path / "gate"
        keys = [desk.start("until", str(gate), str(tmp_path / f"{n}"), visitor=f"10.0.0.{n}") for n in (2, 3, 4)]
        wait_for(lambda: desk.manager.counts() == {"running": 2, "waiting": 1}, "two that run and one that waits")
        gate.touch()
        assert [desk.wait(key) for key in keys] == ["done"] * 3
        wait_for(lambda: desk.manager.counts() == {"running": 0, "waiting": 0}, "the end of all")
