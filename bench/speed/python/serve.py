"""A contender's side of bench/speed/protocol.ts: says that it is ready, then takes steps when it is told to."""

import json
import resource
import sys
import time

WARM_UP = 4


def say(line):
    print(json.dumps(line), flush=True)


def held(name):
    """Bytes of this process, by the name of a line of /proc/self/status."""
    try:
        with open("/proc/self/status") as status:
            return next(1024 * int(line.split()[1]) for line in status if line.startswith(name))
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def serve(build):
    """Builds a step by `build(task)` and runs it: a record of step, loss, parameters, count, versions, own_pace."""
    try:
        task = json.loads(sys.argv[-1])
        base = held("VmRSS")
        contender = build(task)
        contender.step()
        first = contender.loss()
        kernels = contender.count()
        for _ in range(WARM_UP):
            contender.step()
        contender.loss()
        start = time.perf_counter()
        contender.step()
        contender.loss()
        pace = 1000 * (time.perf_counter() - start)
        ready = {"parameters": contender.parameters, "loss": first, "kernels": kernels}
        say({**ready, "versions": contender.versions, "pace": pace, "base": base})
        for line in sys.stdin:
            command, steps = line.split()
            if command == "run":
                say(timed(contender, int(steps), task["device"] != "cpu"))
    except Exception as error:
        say({"unable": f"{type(error).__name__}: {error}".splitlines()[0]})


def timed(contender, steps, device):
    contender.step()
    contender.loss()
    ms = []
    start = time.perf_counter()
    for _ in range(steps):
        begin = time.perf_counter()
        contender.step()
        ms.append(1000 * (time.perf_counter() - begin))
    loss = contender.loss()
    if device:  # It works on its own: a step that was asked for need not have ended.
        ms = [1000 * (time.perf_counter() - start) / steps]
    return {"ms": ms, "loss": loss, "peak": held("VmHWM")}
