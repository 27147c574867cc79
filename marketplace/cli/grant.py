"""``grant``: make a user an official."""

from __future__ import annotations

import click

from marketplace.accounts.queries import user_by_email
from marketplace.core.text import Text
from marketplace.foundation.db import transaction
from marketplace.posts.services import give_post
from marketplace.web.command import in_app


@click.command()
@click.argument("email")
@click.argument("post", nargs=-1, required=True, metavar="DEPARTMENT/REGION/DUTY,DUTY…")
@in_app
def grant(email: str, post: tuple[str, ...]) -> None:
    """Give EMAIL a post, e.g. 合肥市工业和信息化局/340100/verify,review."""
    with transaction():
        user = user_by_email(email)
        if user is None:
            raise click.ClickException(f"nobody is registered with {email}; register first")
        for each in post:
            parts = each.split("/")
            if len(parts) != 3:
                raise click.UsageError(
                    f"{each!r}: write DEPARTMENT/REGION/DUTY,DUTY, e.g. 某市工信局/340100/verify,review"
                )
            department, region, duties = parts
            give_post(user, Text(department, department), region, duties.split(","))
            click.echo(f"{email}: {department} {region} {duties}")
