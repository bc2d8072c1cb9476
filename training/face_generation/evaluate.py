"""A generation pack's tables: what a classifier sees change over alpha, one seed at a time."""

from __future__ import annotations

import itertools
import statistics
from pathlib import Path

import torch
from tqdm import tqdm

from dynamic_style.backend.nets.alpha import Alpha
from dynamic_style.backend.nets.dynamic_net import DynamicNet
from dynamic_style.backend.packs import Measurement

from ..claims import UNITS, Claim, Measured
from ..loop.progress import Progress
from ..loss_network import LossNetwork
from ..notes import Note, ignore_note
from .classifier import AttributeClassifier, classify, measure_accuracy, train_classifier
from .config import FaceConfig, FaceDialSettings
from .distances import Looks
from .faces import Faces, Places, read_measured_faces
from .making import make_faces

COLUMNS = ("alpha", "attribute", "rose", "others_changed", "step", "diversity", "accuracy")
LEAST_ACCURACY = 0.99  # of the classifier
LEAST_ROSE, MOST_CHANGED, MOST_UNEVEN, LEAST_DIVERSITY = 0.8, 0.1, 3.0, 0.8
LEAST_EFFECT = 0.5  # by which a dial raises the mean probability: one that does nothing keeps it
SLACK = 0.01  # of a probability: by so much it may fall without anybody seeing it


def measure(
    net: DynamicNet,
    config: FaceConfig,
    network: LossNetwork,
    data: Path,
    *,
    note: Note = ignore_note,
    progress: Progress | None = None,
) -> Measured:
    """A table for each dial, the others at 0, over data.measured_photos seeds. Raises DatasetError.

    attribute: the mean probability of what the dial is about. rose: the share of the seeds whose
    probability never fell by more than SLACK up to this alpha. others_changed: the share in which
    another dial's attribute is told otherwise than at 0. step: the mean distance from the pictures
    of the row before. diversity: the mean distance of two pictures, as a multiple of the data's.
    accuracy: the classifier's, of the dial's attribute, on faces that it has not seen.
    """
    faces = read_measured_faces(config.data, data, note=note)
    names = list(dict.fromkeys(dial.attribute for dial in config.dials))
    device = next(net.parameters()).device
    progress = progress or Progress()
    seeds = range(config.data.measured_photos)
    progress.enter("measuring", units=len(seeds) * len(config.dials))
    classifier = train_classifier(faces, names, steps=config.loss.classifier_steps, device=device)
    accuracies = dict(zip(names, measure_accuracy(classifier, faces, names), strict=True))
    seen = _Eyes(classifier, network, config.loss.measured_layers, names)
    own = faces.choose(config.main.required_attributes, config.main.excluded_attributes)
    plain = seen.diversity_of(faces, own, len(seeds))
    tables = []
    with tqdm(desc="measuring", total=progress.units, unit="face") as bar:
        for dial in config.dials:
            places = faces.choose(dial.required_attributes, dial.excluded_attributes)
            reached = seen.diversity_of(faces, places, len(seeds))
            rows = []
            for row in _measure_dial(net, dial, seen, seeds):
                alpha, diversity = row[0], row[-1]
                wanted = plain + alpha * (reached - plain)
                rows.append((*row[:-1], diversity / wanted, accuracies[dial.attribute]))
            tables.append(
                Measurement(dial.id, _name_dataset(config), len(seeds), COLUMNS, tuple(rows))
            )
            bar.update(len(seeds))
            for _ in seeds:
                progress.advance()
    return Measured(tuple(tables))


def list_tables(config: FaceConfig) -> Measured:
    """The tables that measure makes, with zeros for the means."""
    rows = tuple((alpha, *(0.0 for _ in COLUMNS[1:])) for alpha in UNITS)
    name = _name_dataset(config)
    return Measured(tuple(Measurement(dial.id, name, 1, COLUMNS, rows) for dial in config.dials))


def check_claims(measured: Measured, _: FaceConfig) -> tuple[Claim, ...]:
    """The classifier is right; the attribute's mean rises, and in most seeds one by one; others
    stay; no step is much larger than the others; pictures are about as diverse as the data.
    """
    claims = []
    for table in measured.tables:
        where = f"dial '{table.dial}'"
        means, steps = table.column("attribute"), table.column("step")[1:]
        accuracy = table.column("accuracy")[0]
        rose, changed = table.column("rose")[-1], max(table.column("others_changed"))
        diversity = min(table.column("diversity"))
        middle = statistics.median(steps)
        rises = all(b >= a - SLACK for a, b in itertools.pairwise(means))
        is_even = max(steps) < MOST_UNEVEN * middle
        uneven = f"{max(steps) / middle:.2f}" if middle else "infinitely many"
        claims += [
            Claim(
                f"{where}: the classifier is right in {accuracy:.1%} of the faces held out "
                f"({LEAST_ACCURACY:.0%})",
                accuracy >= LEAST_ACCURACY,
            ),
            Claim(
                f"{where}: the attribute's mean probability rises, from {means[0]:.2f} to "
                f"{means[-1]:.2f} (by {LEAST_EFFECT:g})",
                rises and means[-1] - means[0] >= LEAST_EFFECT,
            ),
            Claim(
                f"{where}: it rises one by one in {rose:.1%} of the seeds ({LEAST_ROSE:.0%})",
                rose >= LEAST_ROSE,
            ),
            Claim(
                f"{where}: other attributes change in {changed:.1%} (at most {MOST_CHANGED:.0%})",
                changed <= MOST_CHANGED,
            ),
            Claim(
                f"{where}: the largest step is {uneven} times the median one (under "
                f"{MOST_UNEVEN:g})",
                is_even,
            ),
            Claim(
                f"{where}: pictures are at least {diversity:.0%} as diverse as the data "
                f"({LEAST_DIVERSITY:.0%})",
                diversity >= LEAST_DIVERSITY,
            ),
        ]
    return tuple(claims)


class _Eyes:
    """What looks at pictures. names: of the classifier's attributes."""

    def __init__(
        self,
        classifier: AttributeClassifier,
        network: LossNetwork,
        layers: tuple[str, ...],
        names: list[str],
    ) -> None:
        self.classifier, self.network, self.layers, self.names = classifier, network, layers, names

    def looks(self, pictures: torch.Tensor) -> Looks:
        return Looks(pictures, self.network, self.layers)

    def diversity_of(self, faces: Faces, places: Places, most: int) -> float:
        """Of so many of these faces, evenly spread."""
        chosen = places[:: -(-len(places) // most)]
        return self.looks(faces.pictures(chosen)).diversity()


def _measure_dial(
    net: DynamicNet, dial: FaceDialSettings, seen: _Eyes, seeds: range
) -> list[tuple[float, ...]]:
    """The rows over alpha, without the accuracy, and with the diversity as it is."""
    index = seen.names.index(dial.attribute)
    others = [i for i in range(len(seen.names)) if i != index]
    rows: list[tuple[float, ...]] = []
    before: Looks | None = None
    first = last = torch.empty(0)
    rose = torch.ones(len(seeds), dtype=torch.bool)
    for alpha in UNITS:
        pictures = make_faces(net, seeds, {dial.id: Alpha((alpha,))})
        found = classify(seen.classifier, pictures)
        own = found[:, index] if dial.is_towards else 1 - found[:, index]
        looks = seen.looks(pictures)
        if before is None:
            first, step = found, 0.0
        else:
            rose &= own >= last - SLACK
            step = float(looks.distance_to(before).mean())
        changed = ((found > 0.5) != (first > 0.5))[:, others].any(dim=1)
        rows.append(
            (
                alpha,
                float(own.double().mean()),
                float(rose.double().mean()),
                float(changed.double().mean()),
                step,
                looks.diversity(),
            )
        )
        before, last = looks, own
    return rows


def _name_dataset(config: FaceConfig) -> str:
    """What the tables say that they are over."""
    return f"seeds 0 to {config.data.measured_photos - 1}, against {config.data.photos}"
