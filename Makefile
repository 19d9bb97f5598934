# make            builds dist/: the library, the plugins, the tool, headers and bindings, as they ship
# make install    copies dist/ to $(DESTDIR)$(PREFIX)
# make deps       installs what the build and the tests need and this machine lacks
# make demo       the main job on a real Dovecot and a real Postfix, with the tool
# make servers    a Dovecot and a Postfix on loopback to try things out on, until Ctrl-C
# make test       everything: lint, unit tests, ABI, bindings, end to end
# make fuzz       five minutes of fuzzing: what servers and messages may say
# make bench      measures, beside mbsync, and writes the figures into docs/performance.md
# make soak       long runs: a thousand deaths of the send queue over SMTP, Gmail and Graph each, two sides at one mailbox at random
#                 against six servers, 50,000 messages in the queue, and 300,000 in a mailbox
# make format     puts the Swift sources into their form; `make lint` says where they are not
# make clean      removes everything built
VERSION   := 1.0.0
SOVERSION := 1
PREFIX    ?= /usr/local
DESTDIR   ?=
SWIFT     ?= swift
PYTHON    := .build-venv/bin/python
# The test servers need root (Postfix's master runs as nobody else).
AS_ROOT   := $(if $(filter 0,$(shell id -u)),,sudo -n env PATH="$$PATH" PYTHONDONTWRITEBYTECODE=1)
MAILDIR   := bindings/c/examples/maildir
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: all dist dist-test install deps demo servers test fuzz bench soak format lint clean help
all: dist

help:
	@sed -n '/^#/!q; s/^# //p' Makefile

# The linker looks here first, and finds libstdc++ as an archive and nothing else.
.build-static/libstdc++.a:
	@mkdir -p $(@D)
	@ln -sf "$$(gcc -print-file-name=libstdc++.a)" $@

# $(call built,MODE,PRODUCT): builds one product of Package.swift in its own scratch path.
built = TMPDIR=$(CURDIR)/.build-$(1)/tmp MAILROOM_BUILD=$(1) $(SWIFT) build -c release --product $(2) --scratch-path .build-$(1) --disable-local-rpath $(3)

# $(call stripped,FROM,TO,DEBUG FOLDER): TO without its symbols, which go beside it; a file in use is replaced, not written into.
define stripped
	@install -d -m 755 $(dir $(2)) $(3)
	@objcopy --only-keep-debug $(1) $(3)/$(notdir $(2)).debug && chmod 644 $(3)/$(notdir $(2)).debug
	@objcopy --strip-unneeded --remove-section=.comment --add-gnu-debuglink=$(3)/$(notdir $(2)).debug $(1) $(2).new
	@chmod 755 $(2).new && mv -f $(2).new $(2)
endef

# $(call laid,MODE,FOLDER): the library, the plugins, the headers and the pkg-config file.
define laid
	$(call stripped,.build-$(1)/release/libmailroom.so,$(2)/lib/libmailroom.so.$(VERSION),$(2)/debug)
	@ln -sfn libmailroom.so.$(VERSION) $(2)/lib/libmailroom.so.$(SOVERSION)
	@ln -sfn libmailroom.so.$(SOVERSION) $(2)/lib/libmailroom.so
	@install -d -m 755 $(2)/include $(2)/lib/pkgconfig
	@install -m 644 include/*.h $(2)/include
	@sed -e 's|@PREFIX@|$${pcfiledir}/../..|' -e 's|@VERSION@|$(VERSION)|' bindings/c/mailroom.pc.in > $(2)/lib/pkgconfig/mailroom.pc
	@chmod 644 $(2)/lib/pkgconfig/mailroom.pc
	$(call stripped,.build-$(1)/release/libmail.so,$(2)/lib/mailroom/plugins/mail.so,$(2)/debug)
	@install -m 644 Sources/Providers/MailPlugin/mail.json $(2)/lib/mailroom/plugins
	$(call stripped,.build-$(1)/release/libweb.so,$(2)/lib/mailroom/plugins/web.so,$(2)/debug)
	@install -m 644 Sources/Providers/WebPlugin/web.json $(2)/lib/mailroom/plugins
	@mkdir -p .build-$(1)/maildir
	@$(MAKE) --no-print-directory -s -B -C $(MAILDIR) CFLAGS="-O2 -g -I$(CURDIR)/$(2)/include" OUT=$(CURDIR)/.build-$(1)/maildir
	$(call stripped,.build-$(1)/maildir/maildir.so,$(2)/lib/mailroom/plugins/maildir.so,$(2)/debug)
	@install -m 644 $(MAILDIR)/maildir.json $(2)/lib/mailroom/plugins
endef

dist: .build-static/libstdc++.a
	@Tests/Tools/deps.sh check build
	@mkdir -p .build-ship/tmp .build-tool/tmp
	$(call built,ship,mailroom)
	$(call built,ship,mail)
	$(call built,ship,web)
	$(call laid,ship,dist)
	MAILROOM_LIB=$(CURDIR)/dist/lib $(call built,tool,mailroom,--static-swift-stdlib)
	$(call stripped,.build-tool/release/mailroom,dist/bin/mailroom,dist/debug)
	@install -d -m 755 dist/share/mailroom
	@rm -rf dist/share/mailroom/php dist/share/mailroom/*.whl .build-wheel
	@cp -R bindings/php dist/share/mailroom/php && chmod -R u=rwX,go=rX dist/share/mailroom/php
	@# The wheel carries the library and its plugins, so that pip alone brings all of it.
	@cp -R bindings/python .build-wheel && mkdir -p .build-wheel/mailroom/lib
	@cp -RL dist/lib/libmailroom.so.$(SOVERSION) dist/lib/mailroom .build-wheel/mailroom/lib
	@$(PYTHON) -m pip wheel --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation \
	    --config-settings=--build-option=--plat-name=linux_$(shell uname -m) --wheel-dir dist/share/mailroom ./.build-wheel
	@ls -l dist/bin/mailroom dist/lib/libmailroom.so.$(VERSION) dist/lib/mailroom/plugins/*.so | awk '{print $$5, $$9}'

# As dist, of the build with the entry points for tests; no tool, no bindings.
dist-test: .build-static/libstdc++.a
	@Tests/Tools/deps.sh check build
	@mkdir -p .build-test/tmp
	$(call built,test,mailroom)
	$(call built,test,mail)
	$(call built,test,web)
	$(call laid,test,dist-test)

install:
	@test -f dist/lib/libmailroom.so.$(VERSION) || { echo "dist/ is not built: run make first" >&2; exit 1; }
	install -d -m 755 "$(DESTDIR)$(PREFIX)"
	cd dist && find . -path ./debug -prune -o -type d -print | while read -r d; do install -d -m 755 "$(DESTDIR)$(PREFIX)/$$d"; done
	cd dist && find . -path ./debug -prune -o \( -type f -o -type l \) -print | \
	    while read -r f; do cp -dp --remove-destination "$$f" "$(DESTDIR)$(PREFIX)/$$f"; done

deps:
	@Tests/Tools/deps.sh install test

demo: deps
	@$(MAKE) --no-print-directory dist
	@$(AS_ROOT) env PYTHONPATH=Tests $(PYTHON) -m Demo

servers: deps
	@$(AS_ROOT) env PYTHONPATH=Tests $(PYTHON) -m Servers $(COUNT)

test: deps
	@$(PYTHON) Tests/Tools/run.py

fuzz:
	@Tests/Tools/deps.sh check build
	@python3 Tests/Fuzz/run.py

bench: deps
	@$(MAKE) --no-print-directory dist
	@$(AS_ROOT) env PYTHONPATH=Tests $(PYTHON) -m Benchmarks

soak: deps
	@$(MAKE) --no-print-directory dist dist-test
	@$(AS_ROOT) env PYTHONPATH=Tests:bindings/python $(PYTHON) -m Soak

format:
	$(SWIFT) format -i -r Package.swift Sources Tests

lint:
	$(SWIFT) format lint -s -r Package.swift Sources Tests

clean:
	rm -rf .build .build-ship .build-test .build-tool .build-fuzz .build-static .build-wheel .build-venv dist dist-test
