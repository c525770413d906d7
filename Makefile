# Everything runs in .venv, which the first target that needs it makes from constraints.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/pip install --disable-pip-version-check -q -c constraints.txt

.PHONY: demo test bench soak lint

demo: $(VENV)/installed
	$(BIN)/geo3d make-rooms runs/demo/rooms --config configs/make_rooms/demo.toml
	$(BIN)/geo3d scan-to-mesh runs/demo/rooms/train_000028/scan --out runs/demo/out
	$(BIN)/geo3d turntable runs/demo/out
	@echo "the mesh is runs/demo/out/mesh.ply (and mesh.glb), its labelled twin semantic.ply; open runs/demo/out/report.html, play turntable.mp4"

test: $(VENV)/installed-test
	$(BIN)/python -m pytest -n auto

bench: $(VENV)/installed-test
	$(BIN)/python -m tests.bench

soak: $(VENV)/installed-test
	$(BIN)/python -m pytest -m soak

lint: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

$(VENV)/installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(INSTALL) -e .
	touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(INSTALL) -e '.[test]'
	$(INSTALL) --no-deps nerfbaselines # whose reader of nerfstudio's files needs less than all it asks for
	touch $@
