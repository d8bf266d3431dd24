"""A lamp on MQTT: messages on lamp/set switch it, and on lamp/state it says what it is."""

from umqtt.simple import MQTTClient

import unikernel

STATES = (b"on", b"off")

told = unikernel.parameters()
client = MQTTClient("lamp", told["broker"], told["port"])


def switch(topic, message):
    """What comes on a topic that the lamp has asked for."""
    if message in STATES:
        print("switched", message.decode())
        client.publish(b"lamp/state", message)
    else:
        print("it cannot be switched", message)


client.set_callback(switch)
client.connect()
client.subscribe(b"lamp/set")
print("waiting for words on lamp/set")

while True:
    client.wait_msg()  # the processor sleeps until there is one
