"""Give the accuracy on the images that training has not seen."""

import json
from pathlib import Path

import numpy as np
from softmax import accuracy

data = np.load("test.npz")
found = accuracy(data["images"], data["digits"], np.load("weights.npy"))
print(f"accuracy: {found:.4f}")
Path("result.json").write_text(json.dumps({"accuracy": found}), "utf-8")
