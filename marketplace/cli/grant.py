"""``grant``: make a user an official, or an administrator."""

from __future__ import annotations

import click

from marketplace.accounts.models import ADMINISTRATIONS, User
from marketplace.accounts.queries import user_by_email
from marketplace.admin.services import appoint
from marketplace.core.actor import SYSTEM
from marketplace.core.text import Text
from marketplace.foundation.db import transaction
from marketplace.posts.services import give_post
from marketplace.web.command import in_app

ADMINISTRATOR = "admin:"


@click.command()
@click.argument("email")
@click.argument("right", nargs=-1, required=True, metavar="DEPARTMENT/REGION/DUTY,DUTY…|admin:KIND")
@in_app
def grant(email: str, right: tuple[str, ...]) -> None:
    """Give EMAIL a post, e.g. 合肥市工业和信息化局/340100/verify,review, or admin:system|security|audit."""
    with transaction():
        user = user_by_email(email)
        if user is None:
            raise click.ClickException(f"nobody is registered with {email}; register first")
        for each in right:
            if each.startswith(ADMINISTRATOR):
                _administrator(user, each.removeprefix(ADMINISTRATOR))
            else:
                _post(user, each)


def _administrator(user: User, kind: str) -> None:
    if kind not in ADMINISTRATIONS:
        raise click.UsageError(f"admin:{kind}: write admin: and one of {', '.join(ADMINISTRATIONS)}")
    appoint(user, kind, SYSTEM, "marketplace grant")
    click.echo(f"{user.email}: {ADMINISTRATIONS[kind].en.lower()}")


def _post(user: User, post: str) -> None:
    parts = post.split("/")
    if len(parts) != 3:
        raise click.UsageError(f"{post!r}: write DEPARTMENT/REGION/DUTY,DUTY, e.g. 某市工信局/340100/verify,review")
    department, region, duties = parts
    give_post(user, Text(department, department), region, duties.split(","))
    click.echo(f"{user.email}: {department} {region} {duties}")
