"""Messages with levels, by named loggers that form a tree, after CPython's module of the name.

What differs: there are no filters and no configuration files.
"""

import io
import sys
import time

CRITICAL = FATAL = 50
ERROR = 40
WARNING = WARN = 30
INFO = 20
DEBUG = 10
NOTSET = 0

_names = {CRITICAL: "CRITICAL", ERROR: "ERROR", WARNING: "WARNING", INFO: "INFO", DEBUG: "DEBUG", NOTSET: "NOTSET"}
_started_ns = time.time_ns()
_disabled = 0


def addLevelName(level, levelName):
    """Names a level."""
    _names[level] = levelName


def getLevelName(level):
    """The name of a level, and the level of a name."""
    for number, name in _names.items():
        if name == level:
            return number
    return _names.get(level, "Level %s" % level)


def _level(level):
    if isinstance(level, int):
        return level
    for number, name in _names.items():
        if name == level:
            return number
    raise ValueError("Unknown level: %r" % level)


class LogRecord:
    """One message, before it is formatted."""

    def __init__(self, name, level, msg, args, exc_info=None):
        ns = time.time_ns()
        if len(args) == 1 and isinstance(args[0], dict) and args[0]:
            args = args[0]
        self.name = name
        self.levelno = level
        self.levelname = getLevelName(level)
        self.msg = msg
        self.args = args
        self.exc_info = exc_info
        self.created = ns / 1_000_000_000
        self.msecs = ns // 1_000_000 % 1000
        self.relativeCreated = (ns - _started_ns) / 1_000_000

    def getMessage(self):
        """The message with its arguments in it."""
        return str(self.msg) % self.args if self.args else str(self.msg)


class Formatter:
    """A record as text: ``%(name)s`` and its like are replaced, or ``{name}`` where `style` says so."""

    def __init__(self, fmt=None, datefmt=None, style="%"):
        if style not in "%{":
            raise ValueError("Style must be one of: %,{")
        self._fmt = fmt or ("%(message)s" if style == "%" else "{message}")
        self._style = style
        self.datefmt = datefmt

    def usesTime(self):
        """True where the text has a time in it."""
        return "asctime" in self._fmt

    def formatTime(self, record, datefmt=None):
        """The record's time, in UTC."""
        parts = time.gmtime(int(record.created))[:6]
        if datefmt is None:
            return "%04d-%02d-%02d %02d:%02d:%02d,%03d" % (parts + (record.msecs,))
        for letter, value in zip("YmdHMS", parts):
            datefmt = datefmt.replace("%" + letter, "%02d" % value)
        return datefmt

    def formatException(self, exc_info):
        """The traceback of an exception, without its last line end."""
        text = io.StringIO()
        sys.print_exception(exc_info, text)
        return text.getvalue().rstrip("\n")

    def format(self, record):
        """The whole text."""
        record.message = record.getMessage()
        if self.usesTime():
            record.asctime = self.formatTime(record, self.datefmt)
        values = record.__dict__
        text = self._fmt % values if self._style == "%" else self._fmt.format(**values)
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return text


class Handler:
    """Where records go, from a level on."""

    def __init__(self, level=NOTSET):
        self.level = _level(level)
        self.formatter = None

    def setLevel(self, level):
        """Takes nothing below `level`."""
        self.level = _level(level)

    def setFormatter(self, fmt):
        """Formats by `fmt`."""
        self.formatter = fmt

    def format(self, record):
        """A record as text."""
        return (self.formatter or _plain).format(record)

    def handle(self, record):
        """Takes a record."""
        self.emit(record)

    def emit(self, record):
        """Writes a record; each kind of handler has its own."""
        raise NotImplementedError("emit must be implemented by Handler subclasses")

    def flush(self):
        """Writes what waits."""

    def close(self):
        """Ends it."""


class StreamHandler(Handler):
    """Writes lines to a stream, left out to standard error."""

    terminator = "\n"

    def __init__(self, stream=None):
        super().__init__()
        self.stream = sys.stderr if stream is None else stream

    def emit(self, record):
        self.stream.write(self.format(record) + self.terminator)

    def flush(self):
        if hasattr(self.stream, "flush"):
            self.stream.flush()


class FileHandler(StreamHandler):
    """Writes lines to a file, each whole before the next."""

    def __init__(self, filename, mode="a", encoding=None):
        super().__init__(open(filename, mode))

    def emit(self, record):
        super().emit(record)
        self.flush()

    def close(self):
        self.stream.close()


class NullHandler(Handler):
    """Writes nothing."""

    def handle(self, record):
        pass

    emit = handle


class Logger:
    """A source of records; what it does not know itself, its parent knows."""

    def __init__(self, name, level=NOTSET):
        self.name = name
        self.level = _level(level)
        self.parent = None
        self.propagate = True
        self.handlers = []
        self.disabled = False

    def setLevel(self, level):
        """Takes nothing below `level`; NOTSET asks the parent."""
        self.level = _level(level)

    def getEffectiveLevel(self):
        """The level of the nearest that has one."""
        logger = self
        while logger:
            if logger.level:
                return logger.level
            logger = logger.parent
        return NOTSET

    def isEnabledFor(self, level):
        """True where a record of that level would be taken."""
        return not self.disabled and level > _disabled and level >= self.getEffectiveLevel()

    def getChild(self, suffix):
        """The logger of that name below this one."""
        return getLogger(suffix if self.name == "root" else self.name + "." + suffix)

    def addHandler(self, hdlr):
        """Sends records to `hdlr` too."""
        if hdlr not in self.handlers:
            self.handlers.append(hdlr)

    def removeHandler(self, hdlr):
        """Sends it no more."""
        if hdlr in self.handlers:
            self.handlers.remove(hdlr)

    def hasHandlers(self):
        """True where a record would be seen by anybody."""
        logger = self
        while logger:
            if logger.handlers:
                return True
            logger = logger.parent if logger.propagate else None
        return False

    def debug(self, msg, *args, **kwargs):
        self.log(DEBUG, msg, *args, **kwargs)

    def info(self, msg, *args, **kwargs):
        self.log(INFO, msg, *args, **kwargs)

    def warning(self, msg, *args, **kwargs):
        self.log(WARNING, msg, *args, **kwargs)

    def error(self, msg, *args, **kwargs):
        self.log(ERROR, msg, *args, **kwargs)

    def critical(self, msg, *args, **kwargs):
        self.log(CRITICAL, msg, *args, **kwargs)

    def exception(self, msg, *args, exc_info=True, **kwargs):
        """An error with the traceback of what is being handled."""
        self.log(ERROR, msg, *args, exc_info=exc_info, **kwargs)

    def log(self, level, msg, *args, exc_info=None, **kwargs):
        """A record of any level."""
        if self.isEnabledFor(level):
            exception = exc_info if isinstance(exc_info, BaseException) else sys.exc_info()[1] if exc_info else None
            self.handle(LogRecord(self.name, level, msg, args, exception))

    def handle(self, record):
        """Hands a record to every handler from here up to the root."""
        logger = self
        seen = False
        while logger:
            for handler in logger.handlers:
                seen = True
                if record.levelno >= handler.level:
                    handler.handle(record)
            logger = logger.parent if logger.propagate else None
        if not seen and record.levelno >= _last.level:
            _last.handle(record)


root = Logger("root", WARNING)
_loggers = {}
_plain = Formatter()
_last = StreamHandler()
_last.setLevel(WARNING)


def getLogger(name=None):
    """The logger of that name, made at its first use; without a name the root."""
    if not name or name == "root":
        return root
    if name not in _loggers:
        logger = _loggers[name] = Logger(name)
        logger.parent = root
        above = name
        while "." in above:
            above = above.rpartition(".")[0]
            if above in _loggers:
                logger.parent = _loggers[above]
                break
        for other in _loggers.values():
            if other.name.startswith(name + ".") and other.parent is logger.parent:
                other.parent = logger
    return _loggers[name]


def basicConfig(
    *,
    filename=None,
    filemode="a",
    format=None,
    datefmt=None,
    style="%",
    level=None,
    stream=None,
    handlers=None,
    force=False,
):
    """Gives the root a handler, unless it has one."""
    if force:
        for handler in root.handlers:
            handler.close()
        root.handlers = []
    if root.handlers:
        return
    if handlers is None:
        handlers = [FileHandler(filename, filemode) if filename else StreamHandler(stream)]
    default = "%(levelname)s:%(name)s:%(message)s" if style == "%" else "{levelname}:{name}:{message}"
    formatter = Formatter(format or default, datefmt, style)
    for handler in handlers:
        if handler.formatter is None:
            handler.setFormatter(formatter)
        root.addHandler(handler)
    if level is not None:
        root.setLevel(level)


def disable(level=CRITICAL):
    """Takes nothing of that level or below, from any logger."""
    global _disabled
    _disabled = level


def shutdown():
    """Ends the root's handlers."""
    for handler in root.handlers:
        handler.flush()
        handler.close()


def _of_root(name):
    def function(msg, *args, **kwargs):
        if not root.handlers:
            basicConfig()
        getattr(root, name)(msg, *args, **kwargs)

    return function


debug = _of_root("debug")
info = _of_root("info")
warning = _of_root("warning")
error = _of_root("error")
critical = _of_root("critical")
exception = _of_root("exception")


def log(level, msg, *args, **kwargs):
    """A record of any level, of the root."""
    if not root.handlers:
        basicConfig()
    root.log(level, msg, *args, **kwargs)
