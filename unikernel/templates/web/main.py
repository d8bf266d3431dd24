"""A web service: Microdot, as it comes from PyPI, answers on port 80."""

import asyncio
import time

from microdot import Microdot

import unikernel

app = Microdot()


@app.get("/")
async def index(request):
    """The front page: a text is an answer."""
    return "Hello from a unikernel.\n"


@app.get("/hello/<name>")
async def hello(request, name):
    """A part of the path comes as an argument."""
    return "Hello, " + name + ".\n"


@app.get("/machine")
async def machine(request):
    """A dict becomes JSON."""
    memory = unikernel.memory()
    return {"up_s": time.ticks_ms() // 1000, "heap": memory.heap, "heap_free": memory.heap_free}


async def main():
    """Serves until the machine is stopped. Every request is a task of its own."""
    serving = asyncio.create_task(app.start_server(port=80))
    await asyncio.sleep(0)  # here it begins to listen
    print("listening on port 80")
    await serving


asyncio.run(main())
