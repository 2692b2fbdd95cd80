"""Goldens of event files, from TensorBoard's own protocol buffers and record writer.

    python events.py > events.json
"""

import io
import json

import tensorboard
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter


def record(**fields):
    class Kept(io.BytesIO):
        pass

    stream = Kept()
    RecordWriter(stream).write(event_pb2.Event(**fields).SerializeToString())
    return stream.getvalue().hex()


def scalars(values):
    return summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, simple_value=v) for tag, v in values.items()])


named = {"loss": 123.456, "validation/accuracy": 0.9375, "größe": -1e-30, "steps": float("inf")}
START = event_pb2.SessionLog.START
print(
    json.dumps(
        {
            "tensorboard": tensorboard.__version__,
            "version": record(wall_time=1.7e9 + 0.25, step=0, file_version="brain.Event:2"),
            "begins": record(wall_time=1.7e9, step=2**33 + 5, session_log=event_pb2.SessionLog(status=START)),
            "scalars": {"values": {k: v for k, v in named.items() if k != "steps"},
                        "record": record(wall_time=1.0, step=352, summary=scalars({k: v for k, v in named.items() if k != "steps"}))},
            "infinite": record(wall_time=1.0, step=1, summary=scalars({"steps": float("inf")})),
        },
        indent=1,
    )
)
