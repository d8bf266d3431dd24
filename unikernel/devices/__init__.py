"""The catalogue: every device class that a stack can be made of, by name."""

from unikernel.devices.both_ips import BothIps
from unikernel.devices.catalogue import Catalogue
from unikernel.devices.device import Device, Requirement
from unikernel.devices.dhcp_ip import DhcpIp
from unikernel.devices.dns_resolver import DnsResolver
from unikernel.devices.encrypted_block import EncryptedBlock
from unikernel.devices.fat_fs import FatFs
from unikernel.devices.git_files import GitFiles
from unikernel.devices.host_control import HostControl
from unikernel.devices.ipv6 import Ipv6
from unikernel.devices.little_fs import LittleFs
from unikernel.devices.little_kv import LittleKv
from unikernel.devices.log import Log
from unikernel.devices.loopback import Loopback
from unikernel.devices.mbed_tls import MbedTls
from unikernel.devices.mdns_responder import MdnsResponder
from unikernel.devices.metrics import Metrics
from unikernel.devices.mock_clock import MockClock
from unikernel.devices.network import Bridge, Forward, Network, Tap, UserNetwork
from unikernel.devices.ntp_client import NtpClient
from unikernel.devices.parameter import OPEN, Open, Parameter, Value, parameter
from unikernel.devices.ram_disk import RamDisk
from unikernel.devices.raw_io import RawIo
from unikernel.devices.raw_memory import RawMemory
from unikernel.devices.rdrand import Rdrand
from unikernel.devices.repl import Repl
from unikernel.devices.rom_files import RomFiles
from unikernel.devices.rom_kv import RomKv
from unikernel.devices.static_ip import StaticIp
from unikernel.devices.syslog import Syslog
from unikernel.devices.tcp_sockets import TcpSockets
from unikernel.devices.tsc_clock import TscClock
from unikernel.devices.uart16550 import Uart16550
from unikernel.devices.udp_sockets import UdpSockets
from unikernel.devices.virtio_block import VirtioBlock
from unikernel.devices.virtio_console import VirtioConsole
from unikernel.devices.virtio_entropy import VirtioEntropy
from unikernel.devices.virtio_net import VirtioNet
from unikernel.devices.watchdog import Watchdog

CATALOGUE = Catalogue(
    (
        *(Uart16550, VirtioConsole),
        *(TscClock, MockClock),
        *(Rdrand, VirtioEntropy),
        *(RomFiles, LittleFs, FatFs, GitFiles),
        *(VirtioBlock, RamDisk, EncryptedBlock),
        *(LittleKv, RomKv),
        *(VirtioNet,),
        *(Repl, Log, Syslog),
        *(StaticIp, DhcpIp, Ipv6, BothIps, Loopback),
        *(MbedTls,),
        *(TcpSockets, UdpSockets, DnsResolver),
        *(MdnsResponder, NtpClient),
        *(HostControl, Watchdog, Metrics),
        *(RawMemory, RawIo),
    )
)
"""The device classes by name, in the order in which they are listed; see `Catalogue`."""

__all__ = [
    "CATALOGUE",
    "OPEN",
    "BothIps",
    "Bridge",
    "Catalogue",
    "Device",
    "DhcpIp",
    "DnsResolver",
    "EncryptedBlock",
    "FatFs",
    "Forward",
    "GitFiles",
    "HostControl",
    "Ipv6",
    "LittleFs",
    "LittleKv",
    "Log",
    "Loopback",
    "MbedTls",
    "MdnsResponder",
    "Metrics",
    "MockClock",
    "Network",
    "NtpClient",
    "Open",
    "Parameter",
    "RamDisk",
    "RawIo",
    "RawMemory",
    "Rdrand",
    "Repl",
    "Requirement",
    "RomFiles",
    "RomKv",
    "StaticIp",
    "Syslog",
    "Tap",
    "TcpSockets",
    "TscClock",
    "Uart16550",
    "UdpSockets",
    "UserNetwork",
    "Value",
    "VirtioBlock",
    "VirtioConsole",
    "VirtioEntropy",
    "VirtioNet",
    "Watchdog",
    "parameter",
]
