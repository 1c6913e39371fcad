"""The zoo's workflows.

train_and_evaluate.py   a dataset to a model, with its scores before and after
evaluate_only.py        the scores of a model that there is
"""
