"""What KPrototypes or segmtree makes of the rows that `segments_speed_peers.py` hands over, each where it is installed.

    PYTHON benchmarks/segments_speed_peer.py NAME FILE CLASSES STARTS

FILE is NumPy's npz with ``numbers`` (on one scale) and ``codes``, one column a row. Prints one JSON object: wall and
processor seconds of fit and prediction from one start (imports left out), and the label of each row from the best of
STARTS where the method has starts.
"""

import json
import sys
import time

import numpy as np


def kprototypes(numbers, codes, classes, starts):
    """Numbers by distance, texts by matching; what a mismatch weighs is its own default."""
    from kmodes.kprototypes import KPrototypes

    fields = np.hstack([numbers.T.astype(object), codes.T.astype(object)])
    texts = list(range(len(numbers), fields.shape[1]))
    return KPrototypes(classes, n_init=starts, random_state=1).fit_predict(fields, categorical=texts)


def segmtree(numbers, codes, classes, _starts):
    """A tree of so many leaves at most."""
    from segmtree import SegTree

    fields = np.hstack([numbers.T, codes.T.astype(float)])
    texts = list(range(len(numbers), fields.shape[1]))
    return SegTree(max_leaf_nodes=classes, categorical_features=texts, random_state=1).fit_predict(fields)


def main(name, file, classes, starts):
    """Imports, fits, prints."""
    run = {"KPrototypes": kprototypes, "segmtree": segmtree}[name]
    told = np.load(file)
    numbers, codes = told["numbers"], told["codes"]
    run(numbers[:, :100], codes[:, :100], 2, 1)
    wall, cpu = time.perf_counter(), time.process_time()
    found = run(numbers, codes, classes, 1)
    taken = {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    if starts > 1 and name == "KPrototypes":
        found = run(numbers, codes, classes, starts)
    print(json.dumps(taken | {"labels": np.asarray(found).tolist()}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
