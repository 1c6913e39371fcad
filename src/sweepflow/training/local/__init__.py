"""Training on this machine, by torch, transformers and peft.

LocalBackend, Hyperparameters  who trains, and how it can be told to  backend.py
base_model                     where training starts from             models.py
"""
