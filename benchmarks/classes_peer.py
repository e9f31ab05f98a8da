"""What StepMix makes of the rows that `classes.py` hands over, in an environment of its own.

    PYTHON benchmarks/classes_peer.py FILE CLASSES STARTS

FILE is NumPy's npz with ``numbers`` and ``codes``; prints one JSON object: wall and processor seconds of fit and
prediction from one start (its default; imports left out), and the label of each row from the best of STARTS.
Columns arrive as the other side scales them.
"""

import json
import sys
import time

import numpy as np
import pandas as pd
from stepmix.stepmix import StepMix
from stepmix.utils import get_mixed_descriptor


def main(file, classes, starts):
    """Fits, predicts, prints."""
    told = np.load(file)
    numbers = {f"n{i}": column for i, column in enumerate(told["numbers"])}
    texts = {f"c{i}": column for i, column in enumerate(told["codes"])}
    data, described = get_mixed_descriptor(pd.DataFrame({**numbers, **texts}),
                                           continuous=list(numbers), categorical=list(texts))

    def labels(count):
        made = StepMix(n_components=classes, measurement=described, n_init=count, random_state=1, verbose=0,
                       progress_bar=0)
        return made.fit(data).predict(data)

    start, own = time.perf_counter(), time.process_time()
    found = labels(1)
    taken = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - own}
    print(json.dumps(taken | {"labels": (labels(starts) if starts > 1 else found).tolist()}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
