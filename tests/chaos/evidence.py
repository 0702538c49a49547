"""What is kept of a cycle with a finding: enough to study it without running
it again, and the command that does run it again."""

import json
import shutil
import subprocess

from cluster import GROUP


def keep(folder, cluster, recording, result, replay):
    """Copies and asks; whatever cannot be had any more is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    (folder / "replay").write_text(replay + "\n", encoding="utf-8")
    for who in (*cluster.node_names(), "front"):
        if recording.notes(who).exists():
            shutil.copy(recording.notes(who), folder / f"writes-{who}.log")
    for node in cluster.node_names():
        shutil.copy(cluster.log(node), folder / f"agent-{node}.log")
        api = cluster.node(node)["agent"]["api"]
        for question in (("why", GROUP), ("group", "list", "-o", "wide"), ("raft", "status")):
            _ask(folder / f"{question[0]}-{node}.txt", [str(cluster.baton), "--api", api, *question])
    shutil.copy(cluster.dir / "baton.yaml", folder / "baton.yaml")


def _ask(path, words):
    try:
        said = subprocess.run(words, capture_output=True, text=True, timeout=10, check=False, stdin=subprocess.DEVNULL)
        path.write_text(said.stdout + said.stderr, encoding="utf-8")
    except subprocess.TimeoutExpired:
        path.write_text("no answer within 10 s\n", encoding="utf-8")
