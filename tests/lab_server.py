"""A JupyterLab of its own for browser tests: no settings of the user, no questions to the network."""

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request


@contextlib.contextmanager
def running_lab(folder, settings, application="jupyterlab"):
    """JupyterLab (or "notebook": Notebook 7) on ``folder`` with its own ``settings``; gives its address and token."""
    token = secrets.token_hex(8)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = {name: str(settings / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    # the widgets' front end is found through the prefix of this Python
    environment = {**os.environ, **places, "JUPYTER_PREFER_ENV_PATH": "1"}
    app = {"jupyterlab": "LabApp", "notebook": "JupyterNotebookApp"}[application]
    command = [
        sys.executable, "-m", application, "--no-browser", "--allow-root", f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}", f"--notebook-dir={folder}", f"--{app}.news_url=None",
        f"--{app}.check_for_updates_class=jupyterlab.NeverCheckForUpdate", f"--{app}.extension_manager=readonly",
    ]  # fmt: skip
    with (settings / "lab.log").open("wb") as log:
        lab = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/api?token={token}", lab)
            yield address, token
        finally:
            lab.terminate()
            try:
                lab.wait(20)
            except subprocess.TimeoutExpired:
                lab.kill()


def wait_for(address, process, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended at once"
        with contextlib.suppress(urllib.error.URLError, ConnectionError), urllib.request.urlopen(address, timeout=2):
            return
        time.sleep(0.2)
    raise AssertionError("the server did not answer")


def open_notebook(browser, address, token, name, **page):
    """A page with a notebook open in JupyterLab, its kernel ready."""
    tab = browser.new_page(**page)
    tab.goto(f"{address}/lab/tree/{name}?token={token}&reset", timeout=90_000)
    tab.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
    tab.wait_for_selector("#jp-bottom-panel :text('| Idle')", timeout=90_000)
    dismiss_questions(tab)
    return tab


def dismiss_questions(tab):
    """JupyterLab asks about news; the answer is no."""
    tab.wait_for_timeout(500)
    for button in tab.locator(".jp-toast-button, .Toastify button").all():
        with contextlib.suppress(Exception):
            if button.inner_text().strip() in ("No", "Dismiss"):
                button.click(timeout=500)


def run_all(tab):
    tab.click(".lm-MenuBar-itemLabel:text-is('Run')")
    tab.click(".lm-Menu-itemLabel:text-is('Run All Cells')")
