"""Other libraries' models of what comes next, which look at the order of ratings: RecTools."""

import logging
import warnings
from typing import Any

import numpy as np

from benchmarks.peer_registry import Options, Task, peer

_LONGEST = 100


@peer("rectools_sasrec", "order", "rectools", "RecTools SASRec")
def rectools_sasrec(task: Task, options: Options) -> np.ndarray:
    """Epochs, factors and people in a batch from the options; softmax over all films, two blocks, the last hundred
    films of all."""
    import pandas as pd
    import torch
    from pytorch_lightning import Trainer
    from rectools import Columns
    from rectools.dataset import Dataset
    from rectools.models import SASRecModel

    warnings.filterwarnings("ignore")
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    torch.set_num_threads(1)
    torch.manual_seed(42)
    epochs = options.get("epochs", 30)

    def trainer(**_given: Any) -> Any:
        quiet = dict.fromkeys(
            ("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary"), False
        )
        return Trainer(
            max_epochs=epochs, min_epochs=epochs, accelerator="cpu", devices=1, deterministic=True, **quiet
        )

    frame = pd.DataFrame(
        {
            Columns.User: task["users"],
            Columns.Item: task["items"],
            Columns.Weight: 1.0,
            Columns.Datetime: pd.to_datetime(_places(task) + 1, unit="s"),
        }
    )
    data = Dataset.construct(frame)
    model = SASRecModel(
        n_blocks=2,
        n_heads=1,
        n_factors=options.get("factors", 64),
        dropout_rate=options.get("dropout", 0.2),
        session_max_len=_LONGEST,
        loss="softmax",
        batch_size=options.get("batch", 128),
        epochs=epochs,
        deterministic=True,
        get_trainer_func=trainer,
        recommend_torch_device="cpu",
    )
    model.fit(data)
    found = model.recommend(
        users=task["ask_users"],
        dataset=data,
        k=int(task["length"]),
        filter_viewed=True,
        on_unsupported_targets="ignore",
    )
    lists = np.full((len(task["ask_users"]), int(task["length"])), -1, dtype=np.int32)
    rows = np.searchsorted(task["ask_users"], found[Columns.User].to_numpy())
    lists[rows, found[Columns.Rank].to_numpy() - 1] = found[Columns.Item].to_numpy()
    return lists


def _places(task: Task) -> np.ndarray:
    """Return the place of each rating among its user's, by time; of equal times a lot decides."""
    lot = np.random.default_rng(42).random(len(task["users"]))
    order = np.lexsort((lot, task["times"], task["users"]))
    places = np.empty(len(order), dtype=np.int64)
    starts = np.searchsorted(task["users"], task["users"])
    places[order] = np.arange(len(order)) - starts[order]
    return places
