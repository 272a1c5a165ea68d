"""Where everything lies: the home folder and its parts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from index.messages import t

HOME_SCHEMA = 1
"""Version of the folder layout; a newer home is refused by older code."""


class HomeError(Exception):
    """The home cannot be used; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds the index, decisions, samples, archive, exports, logs and the operator's own files."""

    path: Path

    @property
    def index(self) -> Path:  # noqa: D102 - its name says it
        return self.path / "index.sqlite"

    @property
    def decisions(self) -> Path:  # noqa: D102 - its name says it
        return self.path / "decisions.sqlite"

    @property
    def registry(self) -> Path:
        """Copies of the public registers."""
        return self.path / "registry.sqlite"

    @property
    def samples(self) -> Path:
        """The quarantine."""
        return self.path / "samples"

    @property
    def pictures(self) -> Path:
        """Pictures that are evidence."""
        return self.path / "pictures"

    @property
    def archive(self) -> Path:
        """WARC files."""
        return self.path / "archive"

    @property
    def runs(self) -> Path:
        """Frontier of each run that has not finished."""
        return self.path / "runs"

    @property
    def pages(self) -> Path:
        """What earlier runs read on each page: a cache, which may be deleted at any time."""
        return self.path / "pages.sqlite"

    @property
    def plan(self) -> Path:
        """What was asked for and run when: the watch list's turns and the schedule's slots."""
        return self.path / "plan.sqlite"

    @property
    def locks(self) -> Path:
        """Who crawls which marketplace right now."""
        return self.path / "locks"

    @property
    def exports(self) -> Path:  # noqa: D102 - its name says it
        return self.path / "exports"

    @property
    def logs(self) -> Path:  # noqa: D102 - its name says it
        return self.path / "logs"

    @property
    def rejected(self) -> Path:
        """Documents that a team's index would not take, each with the reason."""
        return self.logs / "rejected.jsonl"

    @property
    def spool(self) -> Path:
        """What waits for a team's index that cannot be reached."""
        return self.path / "spool"

    @property
    def brands(self) -> Path:
        """The operator's own brand profiles."""
        return self.path / "brands"

    @property
    def recipients(self) -> Path:
        """The operator's own recipients of notices."""
        return self.path / "recipients"

    @property
    def papers(self) -> Path:
        """Licences, certificates, authorisations and other files for notices, under their SHA-256."""
        return self.path / "papers"

    def prepare(self) -> Home:
        """Creates what is missing. Raises HomeError if it cannot, or if a newer version made this home."""
        try:
            for folder in (self.path, self.samples, self.archive, self.runs, self.exports, self.logs):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            mark = self.path / "schema"
            if not mark.exists():
                mark.write_text(f"{HOME_SCHEMA}\n")
            found = mark.read_text().strip()
        except OSError as error:
            raise HomeError(t("mistake.home_unwritable", path=self.path, reason=error.strerror or error)) from error
        if not found.isdigit() or int(found) > HOME_SCHEMA:
            raise HomeError(t("mistake.home_newer", path=self.path, found=repr(found), known=HOME_SCHEMA))
        return self


def settings_file(start: Path | None = None) -> Path | None:
    """The nearest `copycatch.toml` in `start` (the working directory) or above it."""
    here = (start or Path.cwd()).resolve()
    return next(
        (folder / "copycatch.toml" for folder in (here, *here.parents) if (folder / "copycatch.toml").is_file()), None
    )


def find_home(start: Path | None = None) -> Home:
    """COPYCATCH_HOME, else `var/` beside the nearest `copycatch.toml`, else the user's data folder. Creates nothing."""
    if named := os.environ.get("COPYCATCH_HOME"):
        return Home(Path(named).expanduser().resolve())
    if settings := settings_file(start):
        return Home(settings.parent / "var")
    return Home(Path(platformdirs.user_data_path("copycatch")))
