"""``python -m verify`` does what ``copy-average`` does."""

import sys

from verify.cli.guard import launch

if __name__ == "__main__":
    sys.exit(launch())
