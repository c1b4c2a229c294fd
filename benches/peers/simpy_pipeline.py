"""The pipeline of the busy job as plain events in SimPy: sources -> key -> sinks, without anything that is Flink's.

Each of two source subtasks handles a record every 20 us and sends it to one of two sinks by its key; it is on the wire for
1 ms and takes the sink 20 us. Prints the number of events that fired and how many of them fired in a second.
"""

import sys
import time

import simpy

RECORD, WIRE = 20, 1_000


class Counting(simpy.Environment):
    fired = 0

    def step(self):
        self.fired += 1
        super().step()


def source(env, own, sinks):
    for record in own:
        yield env.timeout(RECORD)
        deliver(env, record, sinks[record * 2_654_435_761 % 4_294_967_296 >> 31])


def deliver(env, record, sink):
    wire = env.timeout(WIRE, value=record)
    wire.callbacks.append(lambda event: sink.put(event.value))


def sink(env, store):
    while True:
        yield store.get()
        yield env.timeout(RECORD)


def run(records):
    env = Counting()
    stores = [simpy.Store(env) for _ in range(2)]
    for store in stores:
        env.process(sink(env, store))
    for at in range(2):
        env.process(source(env, range(at, records, 2), stores))
    begun = time.perf_counter()
    while env.peek() != float("inf"):
        env.step()
    return env.fired, time.perf_counter() - begun


if __name__ == "__main__":
    rates = sorted(fired / took for fired, took in (run(int(sys.argv[1])) for _ in range(5)))
    print(f"{rates[2] / 1e6:.2f}")
