"""The help pages in the reader's language, with no text cut off: what typer says around ours is English only, and its
tables end a text without spaces (Chinese) with '…' where the column ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

from index.messages import t

if TYPE_CHECKING:
    _Base = TyperCommand
else:
    _Base = object


class Spoken(_Base):
    """A command whose help page speaks the reader's language."""

    def get_usage(self, ctx: Any) -> str:  # noqa: D102 - as in the base class
        said = (
            super().get_usage(ctx).replace("Usage: ", t("help.usage"), 1).replace("[OPTIONS]", f"[{t('help.options')}]")
        )
        return said.replace("COMMAND [ARGS]...", t("help.call"))

    def get_help_option(self, ctx: Any) -> Any:  # noqa: D102 - as in the base class
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = t("help.help")
        return option

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: D102 - as in the base class
        _dress()
        super().format_help(ctx, formatter)


class SpokenCommand(Spoken, TyperCommand):
    """One command."""


class SpokenGroup(Spoken, TyperGroup):
    """A command with sub-commands."""


def _dress() -> None:
    """Sets the words and the wrapping of typer's help pages, where typer keeps them."""
    from typer import rich_utils  # noqa: PLC0415 - loads rich, which only a help page needs

    class Folded(rich_utils.OptionHighlighter):
        """Every text of a help page goes through the highlighter: here it learns to go on in the next line."""

        def __call__(self, text: Any) -> Any:
            shown = super().__call__(text)
            shown.overflow = "fold"
            return shown

    rich_utils.highlighter = Folded()
    rich_utils.ARGUMENTS_PANEL_TITLE = t("help.panel.arguments")
    rich_utils.OPTIONS_PANEL_TITLE = t("help.panel.options")
    rich_utils.COMMANDS_PANEL_TITLE = t("help.panel.commands")
    rich_utils.REQUIRED_LONG_STRING = t("help.required")
    rich_utils.DEFAULT_STRING = t("help.default")
