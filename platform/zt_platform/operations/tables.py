"""Streams as a table that is taken along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from zt_interop.queue.models import Channel
from zt_interop.stream_pages import StreamRow
from zt_platform.exports import Table
from zt_tenants.centres import short_name_of
from zt_tenants.clock import CHINA
from zt_tenants.language import bi
from zt_tenants.models import Centre


def streams_table(rows: Iterable[StreamRow], centres: Mapping[str, Centre]) -> Table:
    """The streams; times are China's, the lag is in seconds."""
    header = [
        bi("发送中心", "From"),
        bi("发送代码", "From code"),
        bi("接收中心", "To"),
        bi("接收代码", "To code"),
        bi("通道", "Channel"),
        bi("连接", "Circuit"),
        bi("连续失败", "Failures"),
        bi("待送达", "Waiting"),
        bi("滞后（秒）", "Lag (s)"),
        bi("被拒收", "Refused"),
        bi("最新序号", "Last number"),
        bi("已确认序号", "Confirmed number"),
        bi("最近送达", "Last delivered"),
        bi("下次尝试", "Next attempt"),
        bi("最近错误", "Last error"),
    ]
    return Table(bi("报文流水", "streams"), header, (_row(row, centres) for row in rows))


def _row(row: StreamRow, centres: Mapping[str, Centre]) -> list[object]:
    stream = row.stream
    return [
        short_name_of(stream.source_code, centres),
        stream.source_code,
        short_name_of(stream.destination_code, centres),
        stream.destination_code,
        dict(Channel.choices).get(stream.channel, stream.channel),
        row.circuit.value,
        stream.failures,
        stream.backlog,
        int(stream.lag.total_seconds()),
        stream.refused,
        stream.last_sequence,
        stream.acknowledged_sequence,
        f"{stream.last_delivered_at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}" if stream.last_delivered_at else "",
        f"{stream.next_attempt_at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}" if stream.failures else "",
        stream.last_error.replace("\n", " "),
    ]
