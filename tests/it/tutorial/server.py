# The tutorial's server.py, as printed there, but indented; the port comes from the command line.
import socket
import sys
# 创建服务端套接字对象
service = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
# 绑定主机和端口号
service.bind(("", int(sys.argv[1])))
# 启动监听
service.listen(128)
# 接收客户端连接
print("服务端程序启动成功,等待客户端接入.....")
conn, addr = service.accept()
print("客户端已经接入,可以进行通信" + str(addr) + ";等待客户端发送消息...")
# 发送欢迎消息
conn.sendall("天王盖地虎,宝塔镇河妖".encode("utf-8"))
# 循环读取消息
while True:
    # 接收并打印客户端发送消息
    msg = conn.recv(1024)
    msg = msg.decode("utf-8")
    print("客户端:" + msg)
    # 如果客户端发送bye字符串,跳出循环
    if msg == b"bye":
        print("客户端退出!")
        conn.close()
        break
    # 向客户端发送消息
    info = input("请输入要发送给客户端的消息:")
    info = info.encode("utf-8")
    conn.sendall(info)
# 关闭该客户端的连接
conn.close()
