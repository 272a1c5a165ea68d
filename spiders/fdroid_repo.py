"""Any repository of the F-Droid protocol, by address and, better, `?fingerprint=`."""

from crawler.families.fdroid_repository import FdroidRepository


class FdroidRepo(FdroidRepository):
    """Without a fingerprint the index must still be signed, by whomever."""

    name = "fdroid_repo"
    proof = "real software"
    format_confirmed = "2026-11-22"
