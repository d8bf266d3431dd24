"""Keeps a list of visitors in a PostgreSQL database, by the package micropg."""

import micropg

import unikernel

told = unikernel.parameters()
with micropg.connect(told["host"], told["user"], told["password"], told["database"], told["port"]) as database:
    print("connected")
    cursor = database.cursor()
    cursor.execute("create table if not exists visitors (id serial primary key, name text)")

    # A value is never written into the statement by hand: the package quotes it, whatever is in it.
    cursor.execute("insert into visitors (name) values (%s)", (told["visitor"],))
    database.commit()

    cursor.execute("select id, name from visitors order by id desc limit 3")
    for number, name in cursor.fetchall():
        print("visitor", number, "was", name)
