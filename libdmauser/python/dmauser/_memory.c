// SPDX-License-Identifier: MIT
/*
 * dmauser._memory: memory that Python objects can use, and that is not unmapped
 * while they do. mmap.mmap is similar, but it creates its own mapping, and only
 * of a file with a size.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

struct memory {
	PyObject ob_base;
	void *addr; /* NULL: no memory is attached */
	Py_ssize_t len;
	Py_ssize_t exports; /* arrays and memoryviews that use it */
	char readonly;
};

static int memory_get(PyObject *self, Py_buffer *view, int flags)
{
	struct memory *m = (struct memory *)self;

	if (!m->addr) {
		view->obj = NULL;
		PyErr_SetString(PyExc_ValueError, "the DMA buffer is closed");
		return -1;
	}
	if (PyBuffer_FillInfo(view, self, m->addr, m->len, m->readonly, flags) < 0)
		return -1;
	m->exports++;
	return 0;
}

static void memory_put(PyObject *self, Py_buffer *view)
{
	(void)view;
	((struct memory *)self)->exports--;
}

static PyObject *memory_attach(PyObject *self, PyObject *args)
{
	struct memory *m = (struct memory *)self;
	unsigned long long addr;
	Py_ssize_t len;
	int readonly;

	if (!PyArg_ParseTuple(args, "Knp", &addr, &len, &readonly))
		return NULL;
	if (m->addr || !addr || len <= 0) {
		PyErr_SetString(PyExc_ValueError,
				m->addr ? "it has memory already" : "no address, or no length");
		return NULL;
	}
	m->addr = (void *)(uintptr_t)addr;
	m->len = len;
	m->readonly = (char)readonly;
	Py_RETURN_NONE;
}

static PyObject *memory_detach(PyObject *self, PyObject *unused)
{
	struct memory *m = (struct memory *)self;
	void *addr = m->addr;

	(void)unused;
	if (m->exports)
		return PyErr_Format(PyExc_BufferError,
				    "%zd array(s) or memoryview(s) still look at this DMA buffer",
				    m->exports);
	m->addr = NULL;
	return PyLong_FromUnsignedLongLong((uintptr_t)addr);
}

static void memory_free(PyObject *self)
{
	PyTypeObject *type = Py_TYPE(self);

	type->tp_free(self);
	Py_DECREF(type);
}

static PyMethodDef memory_methods[] = {
	{"_attach", memory_attach, METH_VARARGS,
	 "_attach(address, length, readonly)\n\nLook at this memory, which is the caller's."},
	{"_detach", memory_detach, METH_NOARGS,
	 "_detach() -> address\n\nForget the memory. BufferError while anybody looks at it."},
	{NULL, NULL, 0, NULL},
};

static PyMemberDef memory_members[] = {
	{"exports", T_PYSSIZET, offsetof(struct memory, exports), READONLY,
	 "How many arrays and memoryviews look at it."},
	{NULL, 0, 0, 0, NULL},
};

static PyType_Slot memory_slots[] = {
	{Py_tp_doc, "Memory with the buffer protocol, which counts who looks at it."},
	{Py_tp_new, PyType_GenericNew},
	{Py_tp_dealloc, memory_free},
	{Py_tp_methods, memory_methods},
	{Py_tp_members, memory_members},
	{Py_bf_getbuffer, memory_get},
	{Py_bf_releasebuffer, memory_put},
	{0, NULL},
};

static PyType_Spec memory_spec = {
	.name = "dmauser._memory.Memory",
	.basicsize = sizeof(struct memory),
	.flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
	.slots = memory_slots,
};

static struct PyModuleDef memory_module = {
	PyModuleDef_HEAD_INIT,
	.m_name = "_memory",
	.m_size = -1,
};

PyMODINIT_FUNC PyInit__memory(void)
{
	PyObject *module = PyModule_Create(&memory_module);
	PyObject *type;

	if (!module)
		return NULL;
	type = PyType_FromSpec(&memory_spec);
	if (!type || PyModule_AddObjectRef(module, "Memory", type) < 0)
		Py_CLEAR(module);
	Py_XDECREF(type);
	return module;
}
