"""``grant``: give a user a post, change its duties, or end it; or make him an administrator."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from marketplace.accounts.models import ADMINISTRATIONS, User
from marketplace.accounts.queries import user_by_email
from marketplace.admin.services import appoint
from marketplace.core import clock
from marketplace.core.actor import SYSTEM
from marketplace.core.text import Text
from marketplace.foundation.db import transaction
from marketplace.posts.queries import post_at
from marketplace.posts.services import change_post, end_post, give_post
from marketplace.web.command import in_app

REASON = "by the command line"
ADMINISTRATOR = "admin:"


@click.command()
@click.argument("email")
@click.argument("right", nargs=-1, required=True, metavar="DEPARTMENT/REGION/DUTY,DUTY…|admin:KIND")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day of the post, in Beijing.")
@click.option("--end", is_flag=True, help="End the post now; its duties need not be named.")
@click.option("--reason", default=REASON, show_default=True, help="Why, for the history.")
@in_app
def grant(email: str, right: tuple[str, ...], until: datetime | None, end: bool, reason: str) -> None:
    """Give EMAIL a post, e.g. 合肥市工业和信息化局/340100/verify,review; one that he holds there is changed.

    Or make him an administrator: admin:system, admin:security or admin:audit.
    """
    with transaction():
        user = user_by_email(email)
        if user is None:
            raise click.ClickException(f"nobody is registered with {email}; register first")
        for each in right:
            if each.startswith(ADMINISTRATOR):
                if until or end:
                    raise click.UsageError("--until and --end are for posts; the administration ends an administrator")
                click.echo(f"{email}: {_appoint(user, each.removeprefix(ADMINISTRATOR), reason)}")
            else:
                click.echo(f"{email}: {_post(user, each, until, end, reason)}")


def _appoint(user: User, kind: str, reason: str) -> str:
    if kind not in ADMINISTRATIONS:
        raise click.UsageError(f"admin:{kind}: write admin: and one of {', '.join(ADMINISTRATIONS)}")
    appoint(user, kind, SYSTEM, reason)
    return ADMINISTRATIONS[kind].en.lower()


def _post(user: User, post: str, until: datetime | None, end: bool, reason: str) -> str:
    parts = post.split("/")
    if len(parts) != 3 and not (end and len(parts) == 2):
        raise click.UsageError(f"{post!r}: write DEPARTMENT/REGION/DUTY,DUTY, e.g. 某市工信局/340100/verify,review")
    department, region, duties = parts[0], parts[1], parts[2] if len(parts) == 3 else ""
    held = post_at(user, department, region)
    if end:
        if held is None:
            raise click.ClickException(f"{user.email} holds no post at {department} {region}")
        end_post(held, SYSTEM, reason)
        return f"{department} {region} ended"
    last = clock.end_of_day(until.date()).astimezone(UTC) if until else None
    if held is None:
        give_post(user, Text(department, department), region, duties.split(","), until=last, reason=reason)
    else:
        change_post(held, SYSTEM, duties=duties.split(","), until=last or held.until, reason=reason)
    return f"{department} {region} {duties}"
