"""python3 postprocess/equipoise_post COMMAND ... (or python3 -m equipoise_post with postprocess/ in PYTHONPATH)."""

import importlib
import os
import sys
from pathlib import Path

DEBIAN_PYTHON = "/usr/bin/python3"


def missing_module():
    """What is said of the first module that cannot be imported, or None."""
    try:
        for name in ("h5py", "matplotlib", "numpy"):
            importlib.import_module(name)
    except ImportError as error:
        return str(error)
    return None


if __name__ == "__main__":
    missing = missing_module()
    if missing:
        # Another python3 may stand in the PATH before the one that apt installs modules for.
        if os.path.realpath(sys.executable) != os.path.realpath(DEBIAN_PYTHON) and os.path.exists(DEBIAN_PYTHON):
            os.execv(DEBIAN_PYTHON, [DEBIAN_PYTHON, str(Path(__file__).parent), *sys.argv[1:]])
        sys.exit(f"{sys.executable}: {missing}; Debian packages python3-h5py python3-numpy python3-matplotlib, "
                 "Spack packages py-h5py py-numpy py-matplotlib")
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from equipoise_post.command import main

    sys.exit(main())
