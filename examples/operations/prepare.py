"""Hold some of scikit-learn's images of handwritten digits out."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

test_size = 0.25  # flags: a script without arguments has them in its globals
seed = 0


def main() -> None:
    images, digits = load_digits(return_X_y=True)
    train, test, train_digits, test_digits = train_test_split(
        images / 16, digits, test_size=test_size, stratify=digits, random_state=seed
    )
    np.savez("train.npz", images=train, digits=train_digits)
    np.savez("test.npz", images=test, digits=test_digits)
    print(f"{len(train)} images to train with, {len(test)} to test with")


main()
