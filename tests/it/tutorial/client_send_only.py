# The tutorial's first client, as printed there, but indented; the address comes from the command line.
# 引入需要的模块
import socket
import sys
# 创建连接信息
HOST = sys.argv[1]
PORT = int(sys.argv[2])
ADDRESS = (HOST, PORT)
# 创建socket套接字
client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
# 连接目的主机
client_socket.connect(ADDRESS)
# 信息收发
while True:
    msg = input("请输入消息:")
    client_socket.send(msg.encode("utf-8"))
    if msg == "bye":
        print("客户端退出...")
        client_socket.close()
        break
