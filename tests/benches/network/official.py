"""Makes calls with the official Python SDK: python3 official.py SERVER_URL API_KEY APP_ID, with the SDK in
PYTHONPATH. Each line on standard input says how many calls to make at once; how many milliseconds they
took is written to standard output.
"""

import asyncio
import sys
import time

from apideck_unify import Apideck

server_url, api_key, app_id = sys.argv[1:]


async def main():
    apideck = Apideck(
        server_url=server_url,
        api_key=api_key,
        app_id=app_id,
        consumer_id="test-consumer",
        retry_config=None,
    )

    def call():
        return apideck.vault.sessions.create_async(session={"redirect_uri": "https://mysaas.com/dashboard"})

    print(0, flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        began = time.perf_counter()
        await asyncio.gather(*(call() for _ in range(int(line))))
        print((time.perf_counter() - began) * 1e3, flush=True)


asyncio.run(main())
