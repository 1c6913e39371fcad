"""Fit a linear classifier by stochastic gradient descent."""

import argparse

import numpy as np
from softmax import accuracy, probabilities


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.1, help="the learning rate")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    data = np.load("train.npz")
    images, digits = data["images"], data["digits"]
    inputs = np.hstack([images, np.ones((len(images), 1))])
    wanted = np.eye(10)[digits]
    weights = np.zeros((inputs.shape[1], 10))
    random = np.random.default_rng(args.seed)
    for epoch in range(1, args.epochs + 1):
        order = random.permutation(len(images))
        for batch in np.split(
            order, range(args.batch_size, len(order), args.batch_size)
        ):
            wrong = probabilities(images[batch], weights) - wanted[batch]
            weights -= args.lr * inputs[batch].T @ wrong / len(batch)
        found = probabilities(images, weights)
        loss = -np.log(found[np.arange(len(digits)), digits]).mean()
        right = accuracy(images, digits, weights)
        print(f"epoch {epoch}: loss {loss:.4f}, accuracy {right:.4f}")
    np.save("weights.npy", weights)


main()
