"""Wires between agents that a test can cut, one direction at a time, without
being root: every agent gets a cluster file of its own in which the other
agents' ports are ours, and what it says to them passes through here.
"""

import asyncio
import re
import threading


class Wire:
    """What one node says to another. Answers on the same connection belong to it."""

    def __init__(self, target):
        self._target = target
        self._cut = False
        self._transports = set()
        self._server = None

    async def listen(self, host):
        self._server = await asyncio.start_server(self._carry, host, 0)
        return self._server.sockets[0].getsockname()[1]

    async def close(self):
        self._server.close()
        self.cut(True)

    def cut(self, cut):
        self._cut = cut
        for transport in list(self._transports) if cut else []:
            transport.abort()

    async def _carry(self, reader, writer):
        self._transports.add(writer.transport)
        far = None
        try:
            if self._cut:
                return
            far_reader, far = await asyncio.open_connection(*self._target)
            self._transports.add(far.transport)
            if not self._cut:
                await asyncio.gather(self._pump(reader, far), self._pump(far_reader, writer))
        except OSError:
            pass
        finally:
            for end in (writer, far):
                if end is not None:
                    self._transports.discard(end.transport)
                    end.transport.abort()

    @staticmethod
    async def _pump(reader, writer):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError  # Ends the other direction as well.


class Wires:
    """A wire from every node to every other one."""

    def __init__(self, config, folder):
        """`config` is the cluster file whose nodes are to be wired; the files go to `folder`."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        text = config.read_text(encoding="utf-8")
        places = {name: (host, int(port)) for name, host, port in
                  re.findall(r"name: (\w+), host: ([\d.]+), peer_port: (\d+)", text)}
        self._wires = {(one, other): Wire(places[other]) for one in places for other in places if one != other}
        self.files = {name: self._write(name, places, text, folder) for name in places}

    def _write(self, name, places, text, folder):
        for (one, other), wire in self._wires.items():
            if one != name:
                continue
            host, port = places[other]
            ours = self._do(wire.listen(host))
            text = text.replace(f"host: {host}, peer_port: {port}", f"host: {host}, peer_port: {ours}")
        path = folder / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def cut(self, speaker, hearer):
        """From now on nothing that `speaker` says arrives at `hearer`."""
        self._loop.call_soon_threadsafe(self._wires[speaker, hearer].cut, True)

    def isolate(self, *side):
        """These nodes hear each other, and nobody else."""
        for speaker, hearer in self._wires:
            if (speaker in side) != (hearer in side):
                self.cut(speaker, hearer)

    def mend(self):
        for wire in self._wires.values():
            self._loop.call_soon_threadsafe(wire.cut, False)

    def close(self):
        for wire in self._wires.values():
            self._do(wire.close())
        self._do(asyncio.sleep(0.1))  # What was cut ends its tasks.
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
