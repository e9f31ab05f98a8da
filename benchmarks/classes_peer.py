"""What StepMix makes of the rows that `classes.py` hands over, in an environment of its own.

    PYTHON benchmarks/classes_peer.py FILE CLASSES

FILE is NumPy's npz with ``numbers`` and ``codes``; prints one JSON object: seconds of fit and prediction
(imports left out) and the label of each row. Columns arrive as the other side scales them.
"""

import json
import sys
import time

import numpy as np
import pandas as pd
from stepmix.stepmix import StepMix
from stepmix.utils import get_mixed_descriptor

STARTS = 4


def main(file, classes):
    """Fits, predicts, prints."""
    told = np.load(file)
    numbers = {f"n{i}": column for i, column in enumerate(told["numbers"])}
    texts = {f"c{i}": column for i, column in enumerate(told["codes"])}
    data, described = get_mixed_descriptor(pd.DataFrame({**numbers, **texts}),
                                           continuous=list(numbers), categorical=list(texts))
    start = time.perf_counter()
    made = StepMix(n_components=classes, measurement=described, n_init=STARTS, random_state=1, verbose=0,
                   progress_bar=0).fit(data)
    labels = made.predict(data)
    print(json.dumps({"seconds": time.perf_counter() - start, "labels": labels.tolist()}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
