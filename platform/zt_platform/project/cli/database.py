"""``zhengtong database``: what a superuser does once for a server of one's own."""

from __future__ import annotations

import click


@click.group()
def database() -> None:
    """数据库服务器 · The database server."""


@database.command("prepare")
@click.option("--owner", default="zhengtong", show_default=True, help="属主角色 · the owner's name, as in DATABASE_URL")
@click.option("--name", default="zhengtong", show_default=True, help="数据库名 · the database's name")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="属主密码 · its password")
def prepare(owner: str, name: str, password: str) -> None:
    """打印由超级用户执行一次的语句 · Print what a superuser runs once, for psql; nothing is started or changed.

    语句中只有密码的校验值。The statements hold the password's verifier only.
    """
    from zt_tenants.wall.preparing import prepare_sql

    click.echo(prepare_sql(owner=owner, database=name, password=password))
