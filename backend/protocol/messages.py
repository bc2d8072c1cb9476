"""Every message of the protocol under one name, and the table from wire names to classes."""

from __future__ import annotations

from .dial_spec import DialSetting, DialSpec
from .replies import (
    BrokenPack,
    Catalog,
    CatalogEntry,
    CatalogProblem,
    Done,
    EngineChoice,
    Failure,
    PackEntry,
    PackInstalled,
    Packs,
    Picture,
    Progress,
    Result,
    Stage,
    Stats,
    Welcome,
)
from .requests import (
    AddCatalog,
    Cancel,
    GetPack,
    GetStats,
    Hello,
    InstallPack,
    Lease,
    ListCatalog,
    ListPacks,
    RemovePack,
    Shutdown,
    VerifyPack,
)
from .runs import RUNS, CompleteRun, GenerateRun, Mask, Run, StylizeRun

Request = (
    Hello
    | ListPacks
    | Run
    | Cancel
    | InstallPack
    | RemovePack
    | VerifyPack
    | ListCatalog
    | AddCatalog
    | GetPack
    | GetStats
    | Lease
    | Shutdown
)
Reply = Welcome | Packs | Progress | Result | Failure | PackInstalled | Catalog | Stats | Done
Message = Request | Reply

REQUESTS: dict[str, type[Request]] = {
    Hello.type: Hello,
    ListPacks.type: ListPacks,
    **RUNS,
    Cancel.type: Cancel,
    InstallPack.type: InstallPack,
    RemovePack.type: RemovePack,
    VerifyPack.type: VerifyPack,
    ListCatalog.type: ListCatalog,
    AddCatalog.type: AddCatalog,
    GetPack.type: GetPack,
    GetStats.type: GetStats,
    Lease.type: Lease,
    Shutdown.type: Shutdown,
}
REPLIES: dict[str, type[Reply]] = {
    Welcome.type: Welcome,
    Packs.type: Packs,
    Progress.type: Progress,
    Result.type: Result,
    Failure.type: Failure,
    PackInstalled.type: PackInstalled,
    Catalog.type: Catalog,
    Stats.type: Stats,
    Done.type: Done,
}

__all__ = [
    "REPLIES",
    "REQUESTS",
    "AddCatalog",
    "BrokenPack",
    "Cancel",
    "Catalog",
    "CatalogEntry",
    "CatalogProblem",
    "CompleteRun",
    "DialSetting",
    "DialSpec",
    "Done",
    "EngineChoice",
    "Failure",
    "GenerateRun",
    "GetPack",
    "GetStats",
    "Hello",
    "InstallPack",
    "Lease",
    "ListCatalog",
    "ListPacks",
    "Mask",
    "Message",
    "PackEntry",
    "PackInstalled",
    "Packs",
    "Picture",
    "Progress",
    "RemovePack",
    "Reply",
    "Request",
    "Result",
    "Run",
    "Shutdown",
    "Stage",
    "Stats",
    "StylizeRun",
    "VerifyPack",
    "Welcome",
]
