"""What happens in the process of one run of an operation.

config      what it is told
needs       what it requires, put into its folder
folder      its source and other files, written there; what is remembered of all that
command     the command itself: its environment, signals, how it ends
numbers     the scalars in its output
outputs     what it made, stored
runner      all of that, as the engine asks for it
"""

from sweepflow.operations.running.config import Need, RunConfig
from sweepflow.operations.running.folder import Prepared
from sweepflow.operations.running.needs import Needs
from sweepflow.operations.running.runner import prepare

__all__ = ["Need", "Needs", "Prepared", "RunConfig", "prepare"]
