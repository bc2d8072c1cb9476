"""Face generation, as the commands see it."""

from __future__ import annotations

from ..task_commands import TaskCommands
from .config import FREE_KEYS, FaceConfig, parse_config
from .evaluate import check_claims, list_tables, measure
from .export import describe, draw_pictures
from .run import build_net, prepare

FACE_GENERATION = TaskCommands(
    settings=FaceConfig,
    free_keys=FREE_KEYS,
    parse_config=parse_config,
    describe=describe,
    build_net=build_net,
    prepare=prepare,
    measure=measure,
    measures_in_float32=True,
    list_tables=list_tables,
    check_claims=check_claims,
    draw_pictures=draw_pictures,
    needs_photo=False,
)
