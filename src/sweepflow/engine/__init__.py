"""Plans and the engine that runs them. It knows nothing of YAML, Hydra or MLflow."""
