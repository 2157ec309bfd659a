"""Each role over connections of its own: who is logged in, what is seen, and how the pool keeps its bound."""

from __future__ import annotations

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from zt_interop.queue.models import OutboxMessage
from zt_interop.relay import relay_due
from zt_interop.send import send_message
from zt_interop.testing import PROGRESSED, progressed
from zt_platform.organisation.models import Department
from zt_tenants.backend.pool import ConnectionsTaken, pools
from zt_tenants.context import beside, enter, on_commit, operating, outside_centres
from zt_tenants.errors import OwnerNeeded
from zt_tenants.wall.access import DatabaseRole


def _ask(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def _who() -> object:
    return _ask("SELECT session_user::text")


@pytest.mark.req("A-01")
def test_entering_a_centre_logs_in_as_the_centre(logging_in) -> None:
    world, owner = logging_in, _who()
    with enter(world.city):
        assert _who() == world.city.schema_name == _ask("SELECT current_schema()")
    with enter(world.county):
        assert _who() == world.county.schema_name
        with beside(DatabaseRole.SIGNER):
            assert _who() == "zt_signer"
        assert _who() == world.county.schema_name
    with outside_centres(DatabaseRole.PORTAL):
        assert _who() == "zt_portal"
    with operating(), enter(world.city):
        assert _who() == owner
    assert _who() == owner


def test_a_process_with_a_role_of_its_own_is_no_operator(logging_in) -> None:
    with outside_centres(DatabaseRole.PORTAL), pytest.raises(OwnerNeeded), operating():
        pass


def test_a_look_beside_leaves_the_open_transaction_alone(logging_in) -> None:
    done: list[str] = []
    with enter(logging_in.city):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            Department.objects.create(code="A", name="a", name_en="a")
            on_commit(lambda: done.append("never"))
            with beside(DatabaseRole.PORTAL), transaction.atomic():
                on_commit(lambda: done.append("beside"))
            raise ZeroDivisionError
        assert not Department.objects.exists()
        with transaction.atomic():
            Department.objects.create(code="B", name="b", name_en="b")
            with beside(DatabaseRole.SIGNER):
                _who()
            on_commit(lambda: done.append(str(_who())))
        assert Department.objects.get().code == "B"
    assert done == ["beside", logging_in.city.schema_name]


def test_a_signed_message_crosses_with_every_part_under_its_own_role(logging_in) -> None:
    with enter(logging_in.city):
        send_message(destination="340123", type=PROGRESSED, subject="340100-20260302-000001-X", data=progressed())
    relay_due()
    assert OutboxMessage.objects.get().state == "DELIVERED"


def test_a_connection_is_used_again_and_the_oldest_idle_one_makes_room(logging_in) -> None:
    world = logging_in
    pids = []
    for centre in [world.city, world.city, *world.all, world.city]:
        with enter(centre):
            pids.append(_ask("SELECT pg_backend_pid()"))
    assert pids[0] == pids[1]
    assert pids[-1] != pids[0], "put out meanwhile: six centres, four connections"
    [main] = pools()
    assert main.size <= 4
    assert main.evicted >= 3


def test_when_all_are_taken_a_thread_waits_and_is_told(logging_in, settings) -> None:
    world = logging_in
    entered, leave = threading.Barrier(5), threading.Event()

    def hold(centre) -> None:
        try:
            with enter(centre), transaction.atomic():
                _who()
                entered.wait(20)
                leave.wait(20)
        finally:
            connection.close()

    threads = [threading.Thread(target=hold, args=[centre]) for centre in world.all[:4]]
    for thread in threads:
        thread.start()
    entered.wait(20)
    try:
        with enter(world.all[5]), pytest.raises(ConnectionsTaken) as refused:
            _who()
        assert refused.value.transient
        with beside(DatabaseRole.SIGNER):
            pass
    finally:
        leave.set()
        for thread in threads:
            thread.join()
    with enter(world.all[5]):
        assert _who() == world.all[5].schema_name


def test_where_the_server_has_no_room_an_idle_connection_makes_it(logging_in, superuser) -> None:
    """A pool larger than the server allows shrinks by itself: nobody is refused while a connection lies idle."""
    world, name = logging_in, connection.settings_dict["NAME"]
    with enter(world.city):
        _who()
    [pool] = [one for one in pools() if one.size]
    before = pool.evicted
    in_use = superuser.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()").fetchone()[0]
    superuser.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT {in_use}')
    try:
        with enter(world.county):
            assert _who() == world.county.schema_name
            with enter(world.township):
                assert _who() == world.township.schema_name
    finally:
        superuser.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT -1')
    assert pool.evicted > before


def test_a_connection_the_server_hung_up_is_not_handed_out(logging_in, superuser) -> None:
    with enter(logging_in.city):
        pid = _ask("SELECT pg_backend_pid()")
    superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    with enter(logging_in.city):
        assert _ask("SELECT pg_backend_pid()") != pid


def test_one_that_is_broken_in_use_is_thrown_away(logging_in) -> None:
    with enter(logging_in.city):
        pid = _ask("SELECT pg_backend_pid()")
        with pytest.raises(DatabaseError):
            _ask("SELECT pg_terminate_backend(pg_backend_pid())")
    with enter(logging_in.city):
        assert _ask("SELECT pg_backend_pid()") != pid


def test_four_threads_and_six_centres_never_see_a_neighbour(logging_in, settings) -> None:
    settings.ZT_CONNECTION_WAIT = 20.0
    wrong: list[object] = []

    def walk(first: int) -> None:
        try:
            for number in range(60):
                centre = logging_in.all[(first + number) % 6]
                with enter(centre):
                    if _who() != centre.schema_name or _ask("SELECT current_schema()") != centre.schema_name:
                        wrong.append(centre)
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=walk, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
